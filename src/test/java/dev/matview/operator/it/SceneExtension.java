package dev.matview.operator.it;

import dev.matview.operator.testing.PostgresServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test its {@link Scene}. Cluster, server and the operator of those that end none are shared by all. */
final class SceneExtension implements ParameterResolver {
    private static final Namespace OURS = Namespace.create(SceneExtension.class);
    private static final int VERSION = 18;

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Scene.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        boolean served = !parameter.isAnnotated(Unserved.class);
        // What is asked for first is closed last.
        var cluster = TestNamespaceExtension.cluster(context);
        var server = server(context);
        var stage = served ? stage(context) : null;
        var namespaces = stage == null ? ownNamespaces(context) : stage.namespaces();
        return context.getStore(OURS)
                .getOrComputeIfAbsent(
                        Scene.class,
                        key -> new Scene(
                                cluster,
                                namespaces.names(),
                                name(context),
                                server,
                                stage == null ? null : stage.operator()),
                        Scene.class);
    }

    private static Namespaces ownNamespaces(ExtensionContext context) {
        var cluster = TestNamespaceExtension.cluster(context);
        return context.getStore(OURS)
                .getOrComputeIfAbsent(
                        Namespaces.class,
                        key -> Namespaces.create(cluster, context.getRequiredTestClass()),
                        Namespaces.class);
    }

    private static Stage stage(ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .getOrComputeIfAbsent(Stage.class, key -> Stage.set(context), Stage.class);
    }

    private static PostgresServer server(ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .getOrComputeIfAbsent(PostgresServer.class, key -> PostgresServer.start(VERSION), PostgresServer.class);
    }

    private static String name(ExtensionContext context) {
        var number = context.getRoot()
                .getStore(OURS)
                .getOrComputeIfAbsent(AtomicInteger.class, key -> new AtomicInteger(), AtomicInteger.class);
        return "t" + number.incrementAndGet();
    }

    /** The namespace of a test and a second one, deleted afterwards. */
    private record Namespaces(List<TestNamespace> both) implements AutoCloseable {
        static Namespaces create(TestCluster cluster, Class<?> test) {
            return new Namespaces(Stream.generate(() -> cluster.createNamespace(test))
                    .limit(2)
                    .toList());
        }

        List<String> names() {
            return both.stream().map(TestNamespace::name).toList();
        }

        @Override
        public void close() {
            both.forEach(TestNamespace::close);
        }
    }

    /** The operator that most tests share, and the namespaces that it serves. */
    private record Stage(Namespaces namespaces, OperatorProcess operator) implements AutoCloseable {
        static Stage set(ExtensionContext context) {
            var cluster = TestNamespaceExtension.cluster(context);
            var namespaces = Namespaces.create(cluster, Stage.class);
            return new Stage(namespaces, OperatorProcess.start(cluster.kubeconfig(), namespaces.names(), Map.of()));
        }

        @Override
        public void close() {
            try (namespaces) {
                operator.close();
            }
        }
    }
}
