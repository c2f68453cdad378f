package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10:10: | 10:10: | 0 | true | the same",
                "10:10: | 10:11: | 0 | false | 10 has ended",
                "10:10: | 10:11: | 10 | true | 10 was the refresh",
                "10:10: | 10:12: | 10 | false | 11 has ended",
                "10:10: | 10:12:10 | 0 | false | 11 has ended and 10 has not",
                "10:10: | 10:13:10,11,12 | 0 | true | three have begun",
                "10:12:10,11 | 10:12:10,11 | 0 | true | two go on",
                "10:12:10,11 | 10:12:11 | 0 | false | 10 has ended",
                "10:12:10,11 | 12:14: | 0 | false | all have ended",
                "10:12:10,11 | 10:13:10,11 | 12 | true | only the refresh",
                "10:12: | 10:11: | 0 | false | it went backwards",
                "10:12: | 4294967308:4294967308: | 0 | false | much has happened",
            })
    void itIsQuietWhenNothingButTheRefreshHasEnded(
            String earlier, String later, long known, boolean quiet, String why) {
        assertThat(of(later).isQuietSince(of(earlier), known)).as(why).isEqualTo(quiet);
    }

    @Test
    void itSurvivesTheStatus() {
        Snapshot snapshot = of("735:4294967299:735,740,4294967297");
        assertThat(snapshot.next()).isEqualTo(4294967299L);
        assertThat(snapshot.underWay()).containsExactlyInAnyOrder(735L, 740L, 4294967297L);
        assertThat(Snapshot.parse(snapshot.format())).isEqualTo(snapshot);
    }

    @Test
    void oneWithManyTransactionsUnderWayIsNotKept() {
        var many = new Snapshot(
                2_000_000,
                LongStream.range(1_000_000, 1_000_100).boxed().collect(Collectors.toCollection(TreeSet::new)));
        assertThat(many.format()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1:2", "1:x:", "1:2:x", "1:2:3:4"})
    void anythingElseIsNone(String text) {
        assertThat(Snapshot.parse(text)).isNull();
    }

    private static Snapshot of(String text) {
        return Objects.requireNonNull(Snapshot.parse(text));
    }
}
