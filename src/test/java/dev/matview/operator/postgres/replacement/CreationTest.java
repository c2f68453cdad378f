package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Views that are made because they are declared. */
@DatabaseTest
class CreationTest {
    private static final ViewName VIEW = new ViewName("public", "Made; \"so\"");
    private static final Definition DEFINITION = Declaring.of(
            "SELECT id, count(*) AS \"How many\" -- ; a comment\n  FROM t GROUP BY id -- the end",
            Declaring.unique("id"),
            Declaring.unique("How many", "id"));

    private final TestDatabase database;

    CreationTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void table() throws SQLException {
        database.execute("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1), (1), (2)");
    }

    @Test
    void itHasItsIndexesAndIsFilled() throws Exception {
        var result = declaring(RefreshMode.CONCURRENT).create(DEFINITION);
        assertThat(result.mode()).isEqualTo(RefreshMode.STANDARD);
        assertThat(result.notices()).containsExactly(VIEW + " was created");
        assertThat(database.scalar("SELECT string_agg(m::text, ' ' ORDER BY id) FROM " + VIEW.quoted() + " AS m"))
                .isEqualTo("(1,2) (2,1)");
        ViewFacts facts = facts();
        assertThat(facts.owner()).isEqualTo(database.user());
        assertThat(facts.uniqueIndexes()).hasSize(2);
        assertThat(facts.usableUniqueIndex()).isNotNull();
    }

    @Test
    void asAFacadeItHasTwoSides() throws Exception {
        var result = declaring(RefreshMode.BLUE_GREEN).create(DEFINITION);
        assertThat(result.mode()).isEqualTo(RefreshMode.BLUE_GREEN);
        ViewFacts facts = facts();
        assertThat(facts.facade()).isNotNull();
        assertThat(facts.populated()).isTrue();
        assertThat(database.scalar("SELECT sum(\"How many\") FROM " + VIEW.quoted()))
                .isEqualTo("3");
        assertThat(database.scalar("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                        + " WHERE c.relkind = 'm' AND i.indisunique"))
                .isEqualTo("4");
    }

    @Test
    void anObjectionIsFoundWithoutATrace() throws Exception {
        assertThat(declaring(RefreshMode.BLUE_GREEN).objection(DEFINITION)).isNull();
        assertThat(
                        database.scalar(
                                "SELECT count(*) FROM pg_class WHERE relkind IN ('m', 'v') AND relnamespace = 'public'::regnamespace"))
                .isEqualTo("0");
        assertThat(declaring(RefreshMode.CONCURRENT).objection(Declaring.of("SELECT id FROM t")))
                .isNotNull()
                .returns(Reason.NO_UNIQUE_INDEX, Failure::reason);
    }

    @Test
    void namesMeanTheSameWhateverTheSession() throws Exception {
        database.executeAsSuperuser("CREATE SCHEMA mine AUTHORIZATION " + database.user());
        database.execute("CREATE TABLE mine.t (id int)", "CREATE TABLE mine.sole (id int)");
        database.execute("ALTER ROLE %s SET search_path = mine, public".formatted(database.user()));
        declaring(RefreshMode.STANDARD).create(Declaring.of("SELECT id FROM t"));
        assertThat(database.scalar("SELECT count(*) FROM " + VIEW.quoted())).isEqualTo("3");

        var inMine = new Declaring(database, new ViewName("mine", "made"), RefreshMode.STANDARD);
        inMine.create(Declaring.of("SELECT t.id, timestamptz '2026-01-01 00:00' AS at FROM t CROSS JOIN sole"));
        assertThat(database.scalar("SELECT count(*) FROM mine.made")).isEqualTo("0");
        assertThat(
                        database.scalar(
                                "SELECT pg_get_viewdef('mine.made'::regclass) LIKE '%' || quote_literal(timestamptz '2026-01-01 00:00Z') || '%'"))
                .isEqualTo("t");
        database.execute("ALTER ROLE %s RESET search_path".formatted(database.user()));
    }

    @Test
    void aViewThatSomebodyElseHasMadeMeanwhileIsTaken() throws Exception {
        database.execute("CREATE MATERIALIZED VIEW %s AS SELECT 7 AS id WITH NO DATA".formatted(VIEW.quoted()));
        declaring(RefreshMode.STANDARD).create(DEFINITION);
        assertThat(database.scalar("SELECT id FROM " + VIEW.quoted())).isEqualTo("7");
    }

    @Test
    void aSchemaThatIsNotThereAndARightThatIsMissingAreNamed() throws Exception {
        var nowhere = new Declaring(database, new ViewName("nowhere", "made"), RefreshMode.STANDARD);
        assertThat(nowhere.objection(DEFINITION))
                .isNotNull()
                .returns(Reason.VIEW_MISSING, Failure::reason)
                .extracting(Failure::message)
                .asString()
                .contains("there is no schema \"nowhere\"");
        database.executeAsSuperuser("CREATE SCHEMA theirs");
        var theirs = new Declaring(database, new ViewName("theirs", "made"), RefreshMode.STANDARD);
        assertThat(theirs.objection(DEFINITION))
                .isNotNull()
                .returns(Reason.PERMISSION_DENIED, Failure::reason)
                .extracting(Failure::message)
                .asString()
                .contains("GRANT CREATE ON SCHEMA \"theirs\" TO \"" + database.user() + "\"");
    }

    @Test
    void aNameThatIsTooLongForTwoSidesIsRefused() throws Exception {
        var declaring = new Declaring(database, new ViewName("public", "x".repeat(60)), RefreshMode.BLUE_GREEN);
        assertThat(Failures.of(() -> declaring.create(DEFINITION)))
                .returns(Reason.REPLACEMENT_REFUSED, Failure::reason);
    }

    @Test
    void whatGoesWrongWhileItIsFilledLeavesAnEmptyViewWithItsIndexes() throws Exception {
        Definition slow = Declaring.of("SELECT id, pg_sleep(30)::text AS slept FROM t", Declaring.unique("id"));
        var bounds = new RefreshBounds(Duration.ofMillis(500), Duration.ofSeconds(8));
        Failure failure = Failures.of(() -> declaring(RefreshMode.STANDARD).create(slow, bounds));
        assertThat(failure.reason()).isEqualTo(Reason.REFRESH_TIMEOUT);
        assertThat(facts().populated()).isFalse();
        assertThat(facts().usableUniqueIndex()).isNotNull();
    }

    @Test
    void aLimitOfTheServerIsNamed() throws Exception {
        database.executeAsSuperuser("ALTER ROLE %s SET temp_file_limit = '1MB'".formatted(database.user()));
        database.executeAsSuperuser("ALTER ROLE %s SET work_mem = '64kB'".formatted(database.user()));
        Definition large =
                Declaring.of("SELECT i, repeat('x', 100) AS x FROM generate_series(1, 200000) AS i ORDER BY i DESC");
        assertThat(Failures.of(() -> declaring(RefreshMode.STANDARD).create(large)))
                .returns(Reason.LIMIT_EXCEEDED, Failure::reason);
        database.executeAsSuperuser("ALTER ROLE %s RESET ALL".formatted(database.user()));
        assertThat(facts().populated()).isFalse();
    }

    private Declaring declaring(RefreshMode mode) {
        return new Declaring(database, VIEW, mode);
    }

    private ViewFacts facts() throws Exception {
        try (Connection connection = database.connect()) {
            return Catalog.inspect(connection, VIEW, "server");
        }
    }
}
