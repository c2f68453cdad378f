package dev.matview.operator.postgres.replacement;

import dev.matview.operator.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** What the machine's own pg_dump makes of a database's schema. */
final class SchemaDump {
    private SchemaDump() {}

    /** Whether there is a pg_dump, and it is not older than the server. */
    static boolean canRead(TestDatabase database) throws InterruptedException {
        try {
            Process version = new ProcessBuilder("pg_dump", "--version").start();
            String text = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return version.waitFor() == 0
                    && Integer.parseInt(text.replaceAll("(?s)^\\D*(\\d+).*", "$1"))
                            >= database.server().version();
        } catch (IOException e) {
            return false;
        }
    }

    static String of(TestDatabase database) throws IOException, InterruptedException {
        var server = database.server();
        var builder = new ProcessBuilder(
                "pg_dump",
                "--schema-only",
                "--host=" + server.host(),
                "--port=" + server.port(),
                "--username=" + server.user(),
                "--dbname=" + database.name());
        builder.environment().put("PGPASSWORD", server.password());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process dump = builder.start();
        String text = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (dump.waitFor() != 0) {
            throw new IOException("pg_dump failed");
        }
        // Each dump has a random word there.
        return text.lines()
                .filter(line -> !line.matches("\\\\(un)?restrict .*"))
                .collect(Collectors.joining("\n"));
    }
}
