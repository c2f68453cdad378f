package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DatabaseTest
class AdoptCommandTest {
    private static final String KIND =
            "SELECT string_agg(concat(relname, relkind), ' ' ORDER BY relname COLLATE \"C\") FROM pg_class"
                    + " WHERE relname ~ '^(totals|reader)'";

    private final TestDatabase database;
    private final Path authority;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    AdoptCommandTest(TestDatabase database, @TempDir Path folder) throws IOException, SQLException {
        this.database = database;
        this.authority =
                Files.writeString(folder.resolve("ca.crt"), database.server().caPem());
        database.execute(
                "CREATE MATERIALIZED VIEW totals AS SELECT 'a;b'::text AS id",
                "CREATE VIEW reader AS SELECT id FROM totals",
                "GRANT SELECT ON totals TO PUBLIC");
    }

    @Test
    void whatItPrintsDoesIt() throws SQLException {
        assertThat(adopt("--print", "--view", "totals")).isZero();
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(database.scalar(KIND)).isEqualTo("readerv totalsm");
        String script = output.toString(StandardCharsets.UTF_8);
        assertThat(script).startsWith("BEGIN;\n").endsWith("COMMIT;\n").contains("\"totals__green\"");
        database.execute(script);
        assertThat(database.scalar(KIND)).isEqualTo("readerv totalsv totals__bluem totals__greenm");
        assertThat(database.scalar("SELECT id FROM reader")).isEqualTo("a;b");

        output.reset();
        assertThat(adopt("--print", "--view=totals")).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).startsWith("-- ").contains("already");
    }

    @Test
    void whatCannotBeAdoptedIsToldAndNothingPrinted() throws SQLException {
        database.execute("CREATE TABLE t (c totals)");
        assertThat(adopt("--view=totals", "--print")).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("column c of table");
        assertThat(output.size()).isZero();
    }

    @Test
    void itSaysHowItIsCalled() {
        assertThat(adopt("--view=totals")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("--print", "adopt --help");
        assertThat(adopt("--print")).isEqualTo(2);
        assertThat(adopt("--help")).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).startsWith("Usage: adopt --print");
    }

    private int adopt(String... arguments) {
        var words = new ArrayList<>(List.of("--allow-loopback", "--tls-ca", authority.toString()));
        words.addAll(List.of(arguments));
        String uri = "postgresql://%s:%s@localhost:%d/%s"
                .formatted(
                        database.user(), database.password(), database.server().port(), database.name());
        return new AdoptCommand(
                        Map.of("DATABASE_URL", uri),
                        new PrintStream(output, true, StandardCharsets.UTF_8),
                        new PrintStream(errors, true, StandardCharsets.UTF_8))
                .run(words.toArray(String[]::new));
    }
}
