package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

@DatabaseTest
class DiscoveryTest {
    private final TestDatabase database;

    DiscoveryTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void everyMaterializedViewIsFoundWithItsFactsAndNothingElse() throws Exception {
        database.execute(
                "CREATE TABLE t (id int)",
                "INSERT INTO t SELECT generate_series(1, 100)",
                "CREATE VIEW plain AS SELECT id FROM t",
                "CREATE MATERIALIZED VIEW v AS SELECT id FROM t",
                "CREATE UNIQUE INDEX v_id ON v (id)",
                "ANALYZE v",
                "CREATE MATERIALIZED VIEW empty AS SELECT id FROM t WITH NO DATA");
        List<DiscoveredView> views = views();
        assertThat(views).extracting(view -> view.name().name()).containsExactly("empty", "v");
        assertThat(views.getFirst().facts())
                .returns(false, ViewFacts::populated)
                .returns(null, ViewFacts::rows)
                .returns(0L, ViewFacts::sizeBytes)
                .returns(null, ViewFacts::usableUniqueIndex);
        assertThat(views.getLast().facts())
                .returns(true, ViewFacts::populated)
                .returns(100L, ViewFacts::rows)
                .returns(true, ViewFacts::owned)
                .returns(database.user(), ViewFacts::owner)
                .returns("v_id", ViewFacts::usableUniqueIndex)
                .extracting(ViewFacts::sizeBytes)
                .hasToString(database.scalar("SELECT pg_total_relation_size('v')"));
    }

    @Test
    void upstreamsComeBeforeWhatReadsThem() throws Exception {
        database.execute(
                "CREATE MATERIALIZED VIEW z AS SELECT 1 AS id",
                "CREATE MATERIALIZED VIEW m AS SELECT id FROM z",
                "CREATE VIEW plain AS SELECT id FROM m",
                "CREATE MATERIALIZED VIEW a AS SELECT id FROM plain JOIN z USING (id)",
                "CREATE MATERIALIZED VIEW b AS SELECT 1 AS id");
        List<DiscoveredView> views = views();
        assertThat(views).extracting(view -> view.name().name()).containsExactly("z", "m", "a", "b");
        assertThat(views.get(2).upstreams()).extracting(ViewName::name).containsExactly("m", "z");
    }

    @Test
    void theTwoSidesOfAFacadeAreOneViewByItsName() throws Exception {
        database.execute(
                "CREATE MATERIALIZED VIEW v AS SELECT 1 AS id",
                "CREATE VIEW plain AS SELECT id FROM v",
                "CREATE MATERIALIZED VIEW a AS SELECT id FROM plain",
                "CREATE VIEW other AS SELECT 1 AS id",
                "CREATE MATERIALIZED VIEW other__blue AS SELECT 1 AS id");
        new Refreshing(database).run(new ViewName("public", "v"), RefreshMode.BLUE_GREEN);
        List<DiscoveredView> views = views();
        assertThat(views).extracting(view -> view.name().name()).containsExactly("v", "a", "other__blue");
        assertThat(views.getFirst().facts().facade()).isNotNull();
        assertThat(views.get(1).upstreams()).containsExactly(new ViewName("public", "v"));
    }

    @Test
    void viewsThatReadEachOtherAreListedOnceEach() throws Exception {
        database.execute(
                "CREATE FUNCTION f() RETURNS int STABLE BEGIN ATOMIC SELECT 1; END",
                "CREATE MATERIALIZED VIEW a AS SELECT f() AS id",
                "CREATE MATERIALIZED VIEW b AS SELECT id FROM a",
                "CREATE OR REPLACE FUNCTION f() RETURNS int STABLE BEGIN ATOMIC SELECT id FROM b; END");
        List<DiscoveredView> views = views();
        assertThat(views).extracting(view -> view.name().name()).containsExactlyInAnyOrder("a", "b");
        assertThat(views).allSatisfy(view -> assertThat(view.upstreams()).hasSize(1));
    }

    @Test
    void aViewThatSomebodyHasToHimselfIsListedWithoutItsSize() throws Exception {
        database.execute(
                "CREATE MATERIALIZED VIEW free AS SELECT 1 AS id", "CREATE MATERIALIZED VIEW held AS SELECT 1 AS id");
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("REFRESH MATERIALIZED VIEW held");
            List<DiscoveredView> views = views();
            other.rollback();
            assertThat(views.getFirst().facts().sizeBytes()).isPositive();
            assertThat(views.getLast().facts())
                    .returns(true, ViewFacts::populated)
                    .returns(null, ViewFacts::sizeBytes);
        }
    }

    @Test
    void aViewOfAnotherOwnerIsListedAsOneThatTheUserMayNotRefresh() throws Exception {
        database.executeAsSuperuser("CREATE SCHEMA closed", "CREATE MATERIALIZED VIEW closed.v AS SELECT 1 AS id");
        assertThat(views())
                .singleElement()
                .extracting(DiscoveredView::facts)
                .returns(new ViewName("closed", "v"), facts -> facts.identity().view())
                .returns(false, ViewFacts::owned);
    }

    private List<DiscoveredView> views() throws FailureException, InterruptedException {
        try (Connections connections = TestSettings.connections()) {
            return Discovery.views(connections, TestSettings.of(database));
        }
    }
}
