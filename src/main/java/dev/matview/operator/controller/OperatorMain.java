package dev.matview.operator.controller;

import dev.matview.operator.command.AdoptCommand;
import dev.matview.operator.command.DiscoverCommand;
import dev.matview.operator.cronjob.RefreshCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;

/** Where the program starts: the operator, or the command that the first argument names. */
@QuarkusMain
public final class OperatorMain {
    private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";
    private static final int USAGE = 2;

    private OperatorMain() {}

    public static void main(String... arguments) {
        if (arguments.length > 0) {
            // Somebody waits for it: nothing that only the operator needs is started.
            System.exit(command(arguments[0], Arrays.copyOfRange(arguments, 1, arguments.length)));
        }
        // Looking up a host's name blocks a carrier thread, and one that nobody answers for does so for many seconds:
        // with one carrier for each core, two such hosts would hold up everybody's refreshes.
        if (System.getProperty(CARRIERS) == null) {
            System.setProperty(CARRIERS, "64");
        }
        Quarkus.run(arguments);
    }

    private static int command(String name, String... arguments) {
        PrintStream output = utf8(FileDescriptor.out);
        PrintStream errors = utf8(FileDescriptor.err);
        return switch (name) {
            case DiscoverCommand.NAME -> new DiscoverCommand(System.getenv(), output, errors).run(arguments);
            case AdoptCommand.NAME -> new AdoptCommand(System.getenv(), output, errors).run(arguments);
            case RefreshCommand.NAME ->
                new RefreshCommand(System.getenv(), Clock.tickMillis(ZoneOffset.UTC), output).run();
            default -> {
                errors.println("there is no such command: call the program without an argument for the operator, or"
                        + " with " + DiscoverCommand.NAME + ", " + AdoptCommand.NAME + " or " + RefreshCommand.NAME);
                yield USAGE;
            }
        };
    }

    /** Names of a database are of any language, whatever the locale of the container is. */
    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
