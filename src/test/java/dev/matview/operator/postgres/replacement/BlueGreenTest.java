package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Refresh;
import dev.matview.operator.postgres.RefreshAttempt;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

/** Adoption, refreshes and the way back. */
@DatabaseTest
class BlueGreenTest {
    private static final String NAME = "public.totals";

    private final TestDatabase database;
    private final Refreshing refreshing;

    BlueGreenTest(TestDatabase database) {
        this.database = database;
        this.refreshing = new Refreshing(database);
    }

    @Test
    void adoptionAndItsWayBackLeaveNothingChanged() throws Exception {
        RichView view = RichView.create(database);
        CatalogSnapshot before = CatalogSnapshot.of(database);
        String content = view.content();

        for (int round = 1; round <= 2; round++) {
            RefreshResult result = refreshing.run(RichView.NAME, RefreshMode.BLUE_GREEN);
            assertThat(result.mode()).isEqualTo(RefreshMode.BLUE_GREEN);
            assertThat(view.content()).isEqualTo(content);
            assertThat(CatalogSnapshot.of(database).without(NAME, NAME + "__blue", NAME + "__green"))
                    .isEqualTo(before.without(NAME));
            if (round == 2) {
                refreshing.run(RichView.NAME, RefreshMode.BLUE_GREEN);
            }
            refreshing.run(RichView.NAME, RefreshMode.STANDARD);
            assertThat(CatalogSnapshot.of(database).lines()).isEqualTo(before.lines());
            assertThat(view.content()).isEqualTo(content);
        }
    }

    @Test
    void aFacadeThatSomebodyElseHasTurnedBackIsRefreshedAsWhatItIsNow() throws Exception {
        RichView.create(database);
        refreshing.run(RichView.NAME, RefreshMode.BLUE_GREEN);
        try (Connection connection = database.connect()) {
            ViewFacts facts = Catalog.inspect(connection, RichView.NAME, "server");
            RefreshAttempt attempt =
                    Modes.attempt(connection, facts, RefreshMode.STANDARD, SessionSettings.NONE, new Cancellation());
            refreshing.run(RichView.NAME, RefreshMode.STANDARD);
            RefreshResult result = new Refresh(connection, facts.identity(), attempt, Refreshing.BOUNDS).run();
            assertThat(result.attempts()).isEqualTo(1);
        }
    }
}
