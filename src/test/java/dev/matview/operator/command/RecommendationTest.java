package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewFacts.UniqueIndex;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecommendationTest {
    private static final UniqueIndex USABLE = new UniqueIndex("v_id", null);
    private static final Failure REFUSED = new Failure(Reason.REPLACEMENT_REFUSED, "something depends on it");
    private static final UniqueIndex PARTIAL = new UniqueIndex("v_some", "is partial: create one without WHERE");

    @Test
    void withAUsableUniqueIndexReadersGoOnReading() {
        assertThat(Recommendation.callsForBlueGreen(facts(true, 10, 8192, USABLE)))
                .isFalse();
        assertThat(Recommendation.of(facts(true, 10, 8192, USABLE), null))
                .isEqualTo(
                        new Recommendation(RefreshMode.CONCURRENT, "unique index \"v_id\" lets readers go on reading"));
    }

    @Test
    void withoutOneTheyDoBehindAFacadeAndTheDefectsAreNamed() {
        assertThat(Recommendation.callsForBlueGreen(facts(true, 10, 8192))).isTrue();
        assertThat(Recommendation.of(facts(true, 10, 8192, PARTIAL), null))
                .returns(RefreshMode.BLUE_GREEN, Recommendation::mode)
                .extracting(Recommendation::reason)
                .asString()
                .startsWith("lets readers go on reading without a usable unique index (\"v_some\" is partial")
                .contains("turns it into a plain view on two");
    }

    @Test
    void whatCannotBeAdoptedSaysWhy() {
        assertThat(Recommendation.of(facts(true, 10, 8192, PARTIAL), REFUSED))
                .isEqualTo(new Recommendation(
                        RefreshMode.STANDARD,
                        "without a usable unique index (\"v_some\" is partial: create one without WHERE) readers wait"
                                + " during a refresh; BlueGreen can't adopt it: something depends on it"));
        assertThat(Recommendation.of(facts(true, 10, 200L << 20, USABLE), REFUSED))
                .returns(RefreshMode.CONCURRENT, Recommendation::mode)
                .extracting(Recommendation::reason)
                .asString()
                .endsWith("large (200 MB), so it takes several times as long as a plain refresh");
    }

    @Test
    void aLargeViewIsBetterOffBehindAFacade() {
        for (ViewFacts facts : List.of(facts(true, 10, 200L << 20, USABLE), facts(true, 2_000_000, 8192, USABLE))) {
            assertThat(Recommendation.callsForBlueGreen(facts)).isTrue();
            assertThat(Recommendation.of(facts, null))
                    .returns(RefreshMode.BLUE_GREEN, Recommendation::mode)
                    .extracting(Recommendation::reason)
                    .asString()
                    .containsPattern("large \\(200 MB\\)|many rows \\(2000000\\)")
                    .contains("several times as long");
        }
    }

    @Test
    void aViewWithoutDataIsSaidToBeFilledFirst() {
        assertThat(Recommendation.of(facts(false, 0, 0, USABLE), null))
                .returns(RefreshMode.CONCURRENT, Recommendation::mode)
                .extracting(Recommendation::reason)
                .asString()
                .startsWith("holds no data yet, so its first refresh is a plain one; unique index");
    }

    private static ViewFacts facts(boolean populated, long rows, long bytes, UniqueIndex... indexes) {
        var identity = new ViewIdentity("1", "app", new ViewName("public", "v"));
        return new ViewFacts(
                identity, 1, populated, "app", true, false, rows, bytes, List.of(), List.of(indexes), null, null, null);
    }
}
