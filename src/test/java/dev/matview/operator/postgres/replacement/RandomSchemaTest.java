package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The law on schemas that nobody thought of: the same ones in every run, others on each version. {@code
 * -Dreplacement.schemas=50} makes it long, {@code -Dreplacement.seed=...} begins elsewhere, or repeats one.
 */
@DatabaseTest
class RandomSchemaTest {
    @Test
    void nothingButTheContentOfTheViewChanges(PostgresServer server) throws Exception {
        int schemas = Integer.getInteger("replacement.schemas", 1);
        long seed = Long.getLong("replacement.seed", 1_000L * server.version());
        for (int i = 0; i < schemas; i++) {
            holds(server, seed + i);
        }
    }

    private static void holds(PostgresServer server, long seed) throws Exception {
        List<String> roles = List.of();
        try (TestDatabase database = server.createDatabase()) {
            String me = database.user();
            roles = List.of(me + "_a", me + "_b");
            for (String role : roles) {
                database.executeAsSuperuser("CREATE ROLE " + role, "GRANT " + role + " TO " + me);
            }
            database.executeAsSuperuser(
                    "CREATE SCHEMA other AUTHORIZATION " + me, "GRANT ALL ON SCHEMA public, other TO PUBLIC");
            var schema = new RandomSchema(seed, server.version(), me, roles);
            database.execute(schema.statements().toArray(String[]::new));
            keeps(database, schema.view());
        } catch (Exception | AssertionError e) {
            throw new AssertionError("replacement.seed=" + seed + ": " + e.getMessage(), e);
        } finally {
            for (String role : roles) {
                server.execute("DROP ROLE " + role);
            }
        }
    }

    private static void keeps(TestDatabase database, ViewName view) throws Exception {
        CatalogSnapshot before = CatalogSnapshot.of(database);
        boolean dumps = SchemaDump.canRead(database);
        String dump = dumps ? SchemaDump.of(database) : "";
        String content = content(database, view);
        try (Connection connection = database.connect()) {
            for (RefreshMode mode :
                    List.of(RefreshMode.SWAP, RefreshMode.BLUE_GREEN, RefreshMode.BLUE_GREEN, RefreshMode.STANDARD)) {
                Refreshing.run(connection, view, mode, Refreshing.BOUNDS);
                assertThat(content(database, view)).as("after %s", mode).isEqualTo(content);
                if (mode != RefreshMode.BLUE_GREEN) {
                    assertThat(CatalogSnapshot.of(database).lines())
                            .as("after %s", mode)
                            .isEqualTo(before.lines());
                    assertThat(dumps ? SchemaDump.of(database) : "")
                            .as("after %s", mode)
                            .isEqualTo(dump);
                }
            }
        }
    }

    private static String content(TestDatabase database, ViewName view) throws Exception {
        try (Connection connection = database.connectAsSuperuser()) {
            return ""
                    + Refreshing.scalar(
                            connection,
                            "SELECT string_agg(v::text, ' ' ORDER BY v::text) FROM " + view.quoted() + " v");
        }
    }
}
