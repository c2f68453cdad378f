package dev.matview.operator.postgres.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.TestDatabase;
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
}
