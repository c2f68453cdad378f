package dev.matview.operator.controller;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Where the program starts. */
@QuarkusMain
public final class OperatorMain {
    private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

    private OperatorMain() {}

    public static void main(String... arguments) {
        // Looking up a host's name blocks a carrier thread, and one that nobody answers for does so for many seconds:
        // with one carrier for each core, two such hosts would hold up everybody's refreshes.
        if (System.getProperty(CARRIERS) == null) {
            System.setProperty(CARRIERS, "64");
        }
        Quarkus.run(arguments);
    }
}
