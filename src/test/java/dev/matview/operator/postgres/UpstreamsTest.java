package dev.matview.operator.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@DatabaseTest
class UpstreamsTest {
    private final TestDatabase database;

    UpstreamsTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void createSource() throws SQLException {
        database.execute(
                "CREATE TABLE t (id int)",
                "CREATE MATERIALIZED VIEW source AS SELECT id FROM t",
                "CREATE MATERIALIZED VIEW unrelated AS SELECT id FROM t");
    }

    @Test
    void whatIsReadDirectlyIsAnUpstreamOnce() throws SQLException {
        assertUpstreams("SELECT a.id FROM source a JOIN source b USING (id)", "source");
        assertUpstreams("SELECT (SELECT count(*) FROM source) AS n FROM t", "source");
        assertUpstreams(
                "WITH s AS (SELECT id FROM source) SELECT id FROM s UNION SELECT id FROM unrelated",
                "source",
                "unrelated");
        assertUpstreams("SELECT id FROM t");
    }

    @Test
    void aViewBehindAFacadeIsKnownByTheFacadesName() throws Exception {
        database.execute(
                "CREATE UNIQUE INDEX ON source (id)", "CREATE MATERIALIZED VIEW lonely__blue AS SELECT 1 AS id");
        var refreshing = new Refreshing(database);
        refreshing.run(new ViewName("public", "source"), RefreshMode.BLUE_GREEN);
        database.execute(
                "CREATE MATERIALIZED VIEW reader AS SELECT s.id FROM source s JOIN lonely__blue USING (id)",
                "CREATE UNIQUE INDEX ON reader (id)");
        refreshing.run(new ViewName("public", "reader"), RefreshMode.BLUE_GREEN);
        try (Connection connection = database.connect()) {
            for (int i = 0; i < 2; i++) {
                ViewFacts reader = Catalog.inspect(connection, new ViewName("public", "reader"), "server");
                assertThat(Upstreams.of(connection, reader))
                        .extracting(ViewName::name)
                        .containsExactly("lonely__blue", "source");
                refreshing.run(new ViewName("public", "source"), RefreshMode.BLUE_GREEN);
                refreshing.run(new ViewName("public", "reader"), RefreshMode.BLUE_GREEN);
            }
        }
    }

    @Test
    void plainViewsAreLookedThrough() throws SQLException {
        database.execute(
                "CREATE VIEW first AS SELECT id FROM source",
                "CREATE VIEW second AS SELECT id FROM first WHERE id > 0",
                "CREATE VIEW third AS SELECT id FROM second JOIN t USING (id)");
        assertUpstreams("SELECT id FROM third", "source");
    }

    @Test
    void anUpstreamsUpstreamsAreItsOwn() throws SQLException {
        database.execute("CREATE MATERIALIZED VIEW middle AS SELECT id FROM source");
        assertUpstreams("SELECT id FROM middle", "middle");
        assertUpstreams("SELECT id FROM middle JOIN source USING (id)", "middle", "source");
    }

    @Test
    void whatRowSecurityReadsCountsAlsoOnAPartition() throws SQLException {
        database.execute(
                "CREATE TABLE parted (id int) PARTITION BY LIST (id)",
                "CREATE TABLE part PARTITION OF parted FOR VALUES IN (1)",
                "CREATE POLICY allowed ON part USING (id IN (SELECT id FROM source))");
        assertUpstreams("SELECT id FROM parted");
        database.execute("ALTER TABLE part ENABLE ROW LEVEL SECURITY");
        assertUpstreams("SELECT id FROM parted", "source");
        database.execute(
                "DROP POLICY allowed ON part",
                "CREATE POLICY w ON part FOR INSERT WITH CHECK (id IN (SELECT id FROM source))");
        assertUpstreams("SELECT id FROM parted");
    }

    @Test
    void childrenOfATableAreLookedThrough() throws SQLException {
        database.execute(
                "CREATE TABLE parent (id int)",
                "CREATE TABLE child () INHERITS (parent)",
                "ALTER TABLE child ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY allowed ON child FOR SELECT USING (id IN (SELECT id FROM source))");
        assertUpstreams("SELECT id FROM parent", "source");
    }

    @Test
    void functionsWithAParsedBodyAreLookedThrough() throws SQLException {
        database.execute(
                "CREATE FUNCTION inner_count() RETURNS bigint STABLE BEGIN ATOMIC SELECT count(*) FROM source; END",
                "CREATE FUNCTION outer_count() RETURNS bigint STABLE BEGIN ATOMIC SELECT inner_count(); END");
        assertUpstreams("SELECT outer_count() AS n", "source");
    }

    @Test
    void aNameAsATypeOrConstantIsNotRead() throws SQLException {
        assertUpstreams("SELECT NULL::source AS row, t.id FROM t");
    }

    @Test
    void namesAreAsTheCatalogHoldsThem() throws SQLException {
        database.executeAsSuperuser("CREATE SCHEMA \"Odd \"\"schema\" AUTHORIZATION " + database.user());
        for (String name : OddNames.ALL) {
            var view = new ViewName("Odd \"schema", name);
            database.execute("CREATE MATERIALIZED VIEW " + view.quoted() + " AS SELECT 1 AS id");
            assertThat(upstreams("SELECT id FROM " + view.quoted())).containsExactly(view);
        }
    }

    @Test
    void manyAreLookedAtAtOnceAndWhatReadsNoneIsLeftOut() throws SQLException {
        database.execute(
                "CREATE MATERIALIZED VIEW one AS SELECT id FROM source",
                "CREATE MATERIALIZED VIEW two AS SELECT id FROM one JOIN unrelated USING (id)");
        try (Connection connection = database.connect()) {
            long one = oid("one");
            long two = oid("two");
            assertThat(Upstreams.of(connection, List.of(one, two, oid("source"), 1L)))
                    .containsOnlyKeys(one, two)
                    .containsEntry(one, List.of(new ViewName("public", "source")))
                    .containsEntry(two, List.of(new ViewName("public", "one"), new ViewName("public", "unrelated")));
            assertThat(Upstreams.of(connection, List.of())).isEmpty();
        }
    }

    @Test
    void aLockOnTheViewIsNotWaitedFor() throws SQLException {
        database.execute("CREATE MATERIALIZED VIEW reader AS SELECT id FROM source");
        try (Connection other = database.connect();
                Connection connection = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE t; REFRESH MATERIALIZED VIEW reader");
            connection.setNetworkTimeout(Runnable::run, 10_000);
            assertThat(Upstreams.of(connection, List.of(oid("reader")))).hasSize(1);
            other.rollback();
        }
    }

    private void assertUpstreams(String definition, String... expected) throws SQLException {
        assertThat(upstreams(definition))
                .as(definition)
                .extracting(ViewName::name)
                .containsExactly(expected);
    }

    private List<ViewName> upstreams(String definition) throws SQLException {
        database.execute("DROP MATERIALIZED VIEW IF EXISTS reader", "CREATE MATERIALIZED VIEW reader AS " + definition);
        try (Connection connection = database.connect()) {
            long oid = oid("reader");
            return Upstreams.of(connection, List.of(oid)).getOrDefault(oid, List.of());
        }
    }

    private long oid(String name) throws SQLException {
        return Long.parseLong(requireNonNull(database.scalar("SELECT ?::regclass::oid", name)));
    }
}
