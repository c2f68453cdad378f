package dev.matview.operator.controller;

import dev.matview.operator.api.MaterializedViewRefreshStatus;
import dev.matview.operator.api.RefreshRecord;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What did not work with the hooks of a run, as sentences of its message: each begins with "hook", and is set apart from
 * what else is said there by a semicolon.
 *
 * @param startTime of the run
 * @param completionTime of the run
 */
record HookReport(Instant startTime, @Nullable Instant completionTime, List<String> sentences) {
    private static final String SEPARATOR = "; ";
    private static final String MARK = "hook ";

    /** Of a run, with the ends of sentences that say which hook it is and why. */
    static HookReport of(RefreshRecord run, List<String> failures) {
        return new HookReport(
                run.startTime(),
                run.completionTime(),
                failures.stream().map(failure -> MARK + failure).toList());
    }

    /** Those sentences of a run's message that are about hooks. */
    static List<String> sentences(RefreshRecord run) {
        return run.message() == null
                ? List.of()
                : Stream.of(run.message().split(SEPARATOR, -1))
                        .filter(sentence -> sentence.startsWith(MARK))
                        .toList();
    }

    /** The record with these sentences, if it is about this run and lacks them. */
    RefreshRecord on(RefreshRecord run) {
        if (!isAbout(run)) {
            return run;
        }
        List<String> said = sentences(run);
        String message = run.message();
        for (String sentence : sentences) {
            if (!said.contains(sentence)) {
                message = message == null ? sentence : message + SEPARATOR + sentence;
            }
        }
        return message == null || message.equals(run.message()) ? run : run.withMessage(message);
    }

    private boolean isAbout(RefreshRecord run) {
        return startTime.equals(run.startTime()) && Objects.equals(completionTime, run.completionTime());
    }

    /** The status with these sentences, if it still shows the run. */
    MaterializedViewRefreshStatus in(MaterializedViewRefreshStatus status) {
        var draft = new StatusDraft(status);
        draft.remark(this);
        return draft.build();
    }
}
