package dev.matview.operator.controller;

import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.ViewWarning;
import java.util.List;
import java.util.stream.Stream;

/** Which warnings the status shows. */
final class Warnings {
    private Warnings() {}

    /**
     * Those of the last look at the view, of the history, and of what is declared.
     *
     * @param found by the last look, or still shown of an earlier one
     */
    static List<ViewWarning> all(List<ViewWarning> found, List<RefreshRecord> history, Plan plan) {
        Stream<ViewWarning> looked = without(found, ViewWarning.SLOW_CONCURRENT_REFRESH)
                .filter(warning -> !warning.reason().equals(ViewWarning.FRESHNESS_SHORTER_THAN_SCHEDULE));
        return Stream.of(
                        looked,
                        Stream.ofNullable(SlowConcurrent.of(history)),
                        Stream.ofNullable(plan.freshnessWarning()))
                .flatMap(warnings -> warnings)
                .toList();
    }

    /** After a run that only looked whether it may be skipped: the others are as before. */
    static List<ViewWarning> afterSkip(List<ViewWarning> shown, List<ViewWarning> found) {
        return Stream.concat(without(shown, ViewWarning.CANNOT_SKIP), found.stream())
                .toList();
    }

    private static Stream<ViewWarning> without(List<ViewWarning> warnings, String reason) {
        return warnings.stream().filter(warning -> !warning.reason().equals(reason));
    }
}
