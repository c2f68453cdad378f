package dev.matview.operator.it;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives a test class its {@link TestNamespace} as a parameter; the cluster is prepared once for all classes. */
final class TestNamespaceExtension implements BeforeAllCallback, ParameterResolver {
    private static final Namespace OURS = Namespace.create(TestNamespaceExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        var cluster = cluster(context);
        context.getStore(OURS)
                .getOrComputeIfAbsent(
                        TestNamespace.class,
                        key -> cluster.createNamespace(context.getRequiredTestClass()),
                        TestNamespace.class);
    }

    /** The cluster of all test classes. */
    static TestCluster cluster(ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .getOrComputeIfAbsent(TestCluster.class, key -> TestCluster.connect(), TestCluster.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestNamespace.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(OURS).getOrDefault(TestNamespace.class, TestNamespace.class, null);
    }
}
