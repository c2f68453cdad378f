package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Failures;
import dev.matview.operator.postgres.Refresh;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A view is given its declared definition, and keeps all else. */
@DatabaseTest
class RedefinitionTest {
    private static final ViewName VIEW = new ViewName("public", "v");

    /** Readers that never pause can keep a replacement waiting. */
    private static final RefreshBounds PATIENT = new RefreshBounds(Duration.ofMillis(500), Duration.ofMinutes(20));

    private final TestDatabase database;
    private final Refreshing refreshing;

    RedefinitionTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "BLUE_GREEN"})
    void allButTheDefinitionStaysAsItWas(RefreshMode mode) throws Exception {
        RichView.create(database);
        refreshing.run(RichView.NAME, mode);
        Definition other = Declaring.of(richQuery().replace("name <>", "grp > 5 AND name <>"));
        List<String> before = withoutDefinitions();
        for (int round = 1; round <= 2; round++) {
            Definition definition =
                    round == 1 ? other : Declaring.of(other.query().replace("grp > 5", "grp > 6"));
            RefreshResult result = correct(RichView.NAME, mode, definition);
            assertThat(result.notices()).containsExactly(RichView.NAME + " has its declared definition now");
            assertThat(database.scalar("SELECT min(grp) FROM totals")).isEqualTo(Integer.toString(5 + round));
            assertThat(database.scalar("SELECT min(grp) FROM direct")).isEqualTo(Integer.toString(5 + round));
            assertThat(withoutDefinitions()).isEqualTo(before);
            assertThat(drift(RichView.NAME, definition).exists()).isFalse();
        }
        refreshing.run(RichView.NAME, mode);
        assertThat(withoutDefinitions()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "BLUE_GREEN"})
    void readersNoticeNothing(RefreshMode mode) throws Exception {
        RichView.create(database);
        refreshing.run(RichView.NAME, mode);
        String query = richQuery();
        try (var readers = new Readers(database).start()) {
            for (int i = 1; i <= 2; i++) {
                var definition = Declaring.of(query.replace("name <>", "grp > -" + i + " AND name <>"));
                correct(RichView.NAME, mode, definition, PATIENT);
            }
            // The same as with Swap.
            assertThat(readers.complaints().stream().filter(complaint -> ReadersTest.UNAVOIDABLE.stream()
                            .noneMatch(complaint::startsWith)))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "BLUE_GREEN"})
    void aViewThatWouldNotSurviveIsNamedAndNothingIsDone(RefreshMode mode) throws Exception {
        createView(mode);
        database.execute("CREATE VIEW \"Reader\" AS SELECT b FROM v", "CREATE VIEW fine AS SELECT a FROM v");
        CatalogSnapshot before = CatalogSnapshot.of(database);
        for (String query : List.of("SELECT id AS a FROM t", "SELECT id AS a, name::varchar AS b FROM t")) {
            Failure failure = Failures.of(() -> correct(VIEW, mode, Declaring.of(query)));
            assertThat(failure.reason()).isEqualTo(Reason.REPLACEMENT_REFUSED);
            assertThat(failure.message()).contains("view public.\"Reader\" reads its column \"b\"");
        }
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
        correct(VIEW, mode, Declaring.of("SELECT 'x' || name AS b, 1 AS c, id AS a FROM t"));
        assertThat(database.scalar("SELECT b FROM \"Reader\"")).isEqualTo("xn");
        assertThat(database.scalar("SELECT c FROM v")).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "BLUE_GREEN"})
    void whatIsAboutAColumnThatIsGoneGoesWithItAndIsSaid(RefreshMode mode) throws Exception {
        createView(mode);
        database.execute(
                "GRANT SELECT (a) ON v TO PUBLIC", "GRANT SELECT (b) ON v TO PUBLIC", "COMMENT ON COLUMN v.b IS 'b'");
        refreshing.run(VIEW, mode);
        RefreshResult result =
                correct(VIEW, mode, Declaring.of("SELECT id AS a, id + 1 AS c FROM t", Declaring.unique("c")));
        assertThat(result.notices()).anySatisfy(notice -> assertThat(notice)
                .contains("index v_b_idx", "does not fit its new definition and is gone"));
        refreshing.run(VIEW, mode);
        assertThat(drift(
                                VIEW,
                                Declaring.of(
                                        "SELECT id AS a, id + 1 AS c FROM t",
                                        Declaring.unique("a"),
                                        Declaring.unique("c")))
                        .exists())
                .isFalse();
        assertThat(database.scalar("SELECT has_column_privilege('public', 'v', 'a', 'SELECT')"))
                .isEqualTo("t");
    }

    @ParameterizedTest
    @EnumSource(names = {"CONCURRENT", "BLUE_GREEN"})
    void anIndexThatIsMissingIsAddedWithoutAReplacement(RefreshMode mode) throws Exception {
        createView(mode);
        String oid = database.scalar("SELECT 'v'::regclass::oid");
        Definition definition = Declaring.of(
                "SELECT id AS a, name AS b FROM t", Declaring.unique("b", "a"), new IndexSpec(List.of("b"), false));
        RefreshResult result = correct(VIEW, mode, definition);
        assertThat(result.mode()).isEqualTo(mode);
        assertThat(result.notices()).contains("the index on \"b\", \"a\" was created");
        assertThat(database.scalar("SELECT 'v'::regclass::oid")).isEqualTo(oid);
        assertThat(drift(VIEW, definition).exists()).isFalse();
        assertThat(database.scalar("SELECT 'v_b_a_idx'::regclass IS NOT NULL")).isEqualTo("t");
    }

    @Test
    void aDefinitionWithoutAUniqueIndexIsRefusedWhereTheModeNeedsOne() throws Exception {
        createView(RefreshMode.STANDARD);
        CatalogSnapshot before = CatalogSnapshot.of(database);
        assertThat(Failures.of(() -> correct(VIEW, RefreshMode.CONCURRENT, Declaring.of("SELECT name AS b FROM t"))))
                .returns(Reason.NO_UNIQUE_INDEX, Failure::reason);
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"STANDARD", "BLUE_GREEN"})
    void whatFailsOnTheDataLeavesTheOldContent(RefreshMode mode) throws Exception {
        createView(mode);
        CatalogSnapshot before = CatalogSnapshot.of(database);
        assertThat(Failures.of(() -> correct(VIEW, mode, Declaring.of("SELECT 1 / (id - 1) AS a, name AS b FROM t"))))
                .returns(Reason.DATA_ERROR, Failure::reason);
        assertThat(Failures.of(() -> correct(
                        VIEW, mode, Declaring.of("SELECT 1 AS a, name AS b FROM t CROSS JOIN generate_series(1, 2)"))))
                .returns(Reason.DUPLICATE_ROWS, Failure::reason);
        assertThat(CatalogSnapshot.of(database)).isEqualTo(before);
        assertThat(database.scalar("SELECT a FROM v")).isEqualTo("1");
    }

    @Test
    void aFacadeWhoseModeIsAnotherByNowIsTurnedBackFirst() throws Exception {
        createView(RefreshMode.BLUE_GREEN);
        RefreshResult result =
                correct(VIEW, RefreshMode.STANDARD, Declaring.of("SELECT id + 1 AS a, name AS b FROM t"));
        assertThat(result.notices())
                .containsExactly(VIEW + " is a materialized view again", VIEW + " has its declared definition now");
        assertThat(database.scalar("SELECT a FROM v")).isEqualTo("2");
        assertThat(database.scalar("SELECT count(*) FROM pg_matviews")).isEqualTo("1");
    }

    private void createView(RefreshMode mode) throws Exception {
        database.execute(
                "CREATE TABLE t AS SELECT 1 AS id, 'n'::text AS name",
                "CREATE MATERIALIZED VIEW v AS SELECT id AS a, name AS b FROM t",
                "CREATE UNIQUE INDEX ON v (a)",
                "CREATE INDEX v_b_idx ON v (b)");
        refreshing.run(VIEW, mode);
    }

    /** The rich view's query, as the catalog has it. */
    private String richQuery() throws SQLException {
        return (""
                        + database.scalar(
                                "SELECT rtrim(pg_get_viewdef(coalesce(to_regclass('totals__blue'), 'totals')), ';')"))
                .replace("members", "public.members");
    }

    private List<String> withoutDefinitions() throws SQLException {
        return CatalogSnapshot.of(database).lines().stream()
                .filter(line -> !line.matches("(?s)public\\.totals(__blue|__green)? [mv] .*"))
                .toList();
    }

    private DefinitionDrift drift(ViewName view, Definition definition) throws SQLException, FailureException {
        try (Connection connection = database.connect()) {
            return DefinitionDrift.of(connection, Catalog.inspect(connection, view, "server"), definition);
        }
    }

    /** As a run does it. */
    private RefreshResult correct(ViewName view, RefreshMode mode, Definition definition)
            throws SQLException, FailureException, InterruptedException {
        return correct(view, mode, definition, Refreshing.BOUNDS);
    }

    private RefreshResult correct(ViewName view, RefreshMode mode, Definition definition, RefreshBounds bounds)
            throws SQLException, FailureException, InterruptedException {
        try (Connection connection = database.connect()) {
            ViewFacts facts = Catalog.inspect(connection, view, "server");
            DefinitionDrift drift = DefinitionDrift.of(connection, facts, definition);
            assertThat(drift.exists()).isTrue();
            Failure objection = Modes.objection(connection, facts, mode, SessionSettings.NONE, drift);
            if (objection != null) {
                throw new FailureException(objection);
            }
            var correction = Modes.correction(
                    connection, facts, drift, Declaring.declared(view, mode, definition), new Cancellation());
            return new Refresh(connection, facts.identity(), correction, bounds).run();
        }
    }
}
