package dev.matview.operator.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A stretch of time, and what is scheduled in it. A schedule is given as the function from an instant to the first scheduled time after
 * it, empty for none. How often that function is called has a bound that does not depend on how much is scheduled.
 *
 * @param after where it starts; not itself a part of it
 * @param until where it ends; the last instant of it. Before {@code after}, the window is empty
 */
record Window(Instant after, Instant until) {
    /** Scheduled times are whole minutes, so that there is none within a minute of another. */
    private static final Duration RESOLUTION = Duration.ofMinutes(1);

    /**
     * The last scheduled time in this window, found by halving it: one call for the first, and one more each time that the minutes
     * double (23 for ten years).
     */
    Optional<Instant> latest(Function<Instant, Optional<Instant>> next) {
        Optional<Instant> first = next.apply(after).filter(this::reaches);
        if (first.isEmpty()) {
            return first;
        }
        Instant latest = first.get();
        Instant nothingAfter = until;
        while (!latest.plus(RESOLUTION).isAfter(nothingAfter)) {
            Instant middle = latest.plus(Duration.between(latest, nothingAfter).dividedBy(2));
            Optional<Instant> later = next.apply(middle).filter(this::reaches);
            if (later.isPresent()) {
                latest = later.get();
            } else {
                nothingAfter = middle;
            }
        }
        return Optional.of(latest);
    }

    /** How many different times one or more of the schedules have in this window, counted up to a limit. */
    long count(List<Function<Instant, Optional<Instant>>> schedules, int limit) {
        return schedules.stream().flatMap(this::times).distinct().limit(limit).count();
    }

    private Stream<Instant> times(Function<Instant, Optional<Instant>> next) {
        return Stream.iterate(next.apply(after).filter(this::reaches), Optional::isPresent, time -> time.flatMap(next)
                        .filter(this::reaches))
                .flatMap(Optional::stream);
    }

    private boolean reaches(Instant time) {
        return !time.isAfter(until);
    }
}
