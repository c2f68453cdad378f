import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;

/**
 * A Java agent for the build: Quarkus takes its build steps one after the other.
 *
 * <p>Quarkus 3.27 runs them on 8 to 1,024 threads, and the classes that it generates depend on which step was first. On
 * one thread the order is the queue's, so the same source gives the same classes. What a step itself hands to other
 * threads, and waits for, goes to the common pool, or it would wait for the one thread that it occupies.
 */
final class InOrder implements ClassFileTransformer {
    private static final ClassDesc POOL = ClassDesc.of("java.util.concurrent.ForkJoinPool");
    private static final int CORE_THREADS = 8;
    private static final int MOST_THREADS = 1024;

    public static void premain(String options, Instrumentation instrumentation) {
        instrumentation.addTransformer(new InOrder());
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] bytes) {
        return switch (name) {
            case "io/quarkus/builder/Execution" -> rewritten(bytes, "<init>", oneThread());
            case "io/quarkus/builder/BuildContext" -> rewritten(bytes, "getExecutor", commonPool());
            case null, default -> null;
        };
    }

    private static byte[] rewritten(byte[] bytes, String method, CodeTransform change) {
        ClassFile file = ClassFile.of();
        ClassModel model = file.parse(bytes);
        return file.transformClass(
                model,
                ClassTransform.transformingMethodBodies(
                        body -> body.methodName().equalsString(method), change));
    }

    private static CodeTransform oneThread() {
        return (code, element) -> {
            if (element instanceof ConstantInstruction constant
                    && constant.constantValue() instanceof Integer threads
                    && (threads == CORE_THREADS || threads == MOST_THREADS)) {
                code.loadConstant(1);
            } else {
                code.with(element);
            }
        };
    }

    private static CodeTransform commonPool() {
        return (code, element) -> {
            if (element instanceof ReturnInstruction) {
                code.pop().invokestatic(POOL, "commonPool", MethodTypeDesc.of(POOL));
            }
            code.with(element);
        };
    }
}
