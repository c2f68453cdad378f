package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewFacts.UniqueIndex;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecommendationTest {
    private static final UniqueIndex USABLE = new UniqueIndex("v_id", null);
    private static final UniqueIndex PARTIAL = new UniqueIndex("v_some", "is partial: create one without WHERE");

    @Test
    void withAUsableUniqueIndexReadersGoOnReading() {
        assertThat(Recommendation.of(facts(true, 10, 8192, USABLE)))
                .isEqualTo(
                        new Recommendation(RefreshMode.CONCURRENT, "unique index \"v_id\" lets readers go on reading"));
    }

    @Test
    void withoutOneTheDefectsAreNamed() {
        assertThat(Recommendation.of(facts(true, 10, 8192)))
                .returns(RefreshMode.STANDARD, Recommendation::mode)
                .extracting(Recommendation::reason)
                .isEqualTo("without a usable unique index readers wait during a refresh");
        assertThat(Recommendation.of(facts(true, 10, 8192, PARTIAL)).reason())
                .contains("(\"v_some\" is partial: create one without WHERE)");
    }

    @Test
    void aLargeViewIsSaidToTakeLonger() {
        assertThat(Recommendation.of(facts(true, 10, 200L << 20, USABLE)).reason())
                .contains("large (200 MB)", "several times as long as a plain refresh");
        assertThat(Recommendation.of(facts(true, 2_000_000, 8192, USABLE)).reason())
                .contains("many rows (2000000)");
    }

    @Test
    void aViewWithoutDataIsSaidToBeFilledFirst() {
        assertThat(Recommendation.of(facts(false, 0, 0, USABLE)))
                .returns(RefreshMode.CONCURRENT, Recommendation::mode)
                .extracting(Recommendation::reason)
                .asString()
                .startsWith("holds no data yet, so its first refresh is a plain one; unique index");
    }

    private static ViewFacts facts(boolean populated, long rows, long bytes, UniqueIndex... indexes) {
        var identity = new ViewIdentity("1", "app", new ViewName("public", "v"));
        return new ViewFacts(
                identity, 1, populated, "app", true, false, rows, bytes, List.of(), List.of(indexes), null);
    }
}
