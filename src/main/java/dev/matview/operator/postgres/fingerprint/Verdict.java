package dev.matview.operator.postgres.fingerprint;

import dev.matview.operator.postgres.fingerprint.Reading.Known;
import java.time.Duration;
import java.util.Collections;

/** Whether a refresh would change anything. */
public sealed interface Verdict {
    /**
     * It would not: at the moment of the first look the content was what a refresh would have made of it.
     *
     * @param confirmed to be kept instead of the fingerprint that was compared
     */
    record Unchanged(Fingerprint confirmed) implements Verdict {}

    /** It may. */
    record Changed() implements Verdict {}

    /**
     * Nothing is seen to have changed, and that is not certain.
     *
     * @param why as the end of a sentence
     * @param again how long to wait before another look may tell; zero when none will
     */
    record InDoubt(String why, Duration again) implements Verdict {}

    /**
     * Compares what was read with what was kept.
     *
     * <p>Two proofs are accepted. Either no transaction of the whole server has ended since, but for the refresh. Or the
     * tables' counters are the same and every session has handed over what it counted up to the first look.
     */
    static Verdict of(Fingerprint kept, Known now) {
        Snapshot before = kept.snapshot();
        Snapshot snapshot = now.moment().snapshot();
        if (!kept.catalog().equals(now.catalog()) || !kept.view().equals(now.view())) {
            return new Changed();
        } else if (before != null && snapshot.isQuietSince(before, kept.refresh())) {
            return new Unchanged(kept.confirmed(snapshot));
        } else if (!kept.counters().equals(now.counters())) {
            return new Changed();
        } else if (now.sessions().never() != null) {
            return new InDoubt(now.sessions().never(), Duration.ZERO);
        } else if (!now.sessions().waiting().isEmpty()) {
            int process = Collections.min(now.sessions().waiting());
            return new InDoubt("server process " + process + " may have written what is not counted yet", pause(now));
        }
        return new Unchanged(kept.confirmed(now.mark().snapshot()));
    }

    /** Until sessions that are idle have handed over; then a short one, for those that are not. */
    private static Duration pause(Known now) {
        Duration since = Duration.between(now.mark().time(), now.moment().time());
        Duration rest = Sessions.HANDED_OVER.minus(since).plusMillis(100);
        return rest.compareTo(Duration.ofSeconds(2)) > 0 ? rest : Duration.ofSeconds(2);
    }
}
