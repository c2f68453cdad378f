package dev.matview.operator.controller;

import static dev.matview.operator.controller.Looks.facts;
import static dev.matview.operator.controller.Looks.refreshed;

import dev.matview.operator.api.UpstreamStatus;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.refresh.Outcome;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Resources whose views read each other. */
final class Family {
    private final Ordering ordering = new Ordering();

    Ordering ordering() {
        return ordering;
    }

    /** Validated, and never run. */
    Looks view(String name, String spec, String... reads) {
        Looks looks = Looks.among(ordering, name);
        looks.declare(spec);
        looks.look("10:00:01");
        looks.end("10:00:02", new Outcome.Checked(reading(name, reads), List.of()));
        return looks;
    }

    static void run(Looks looks, String end, String... reads) {
        looks.end(end, refreshed(reading(looks.key().id().getName(), reads), end, end));
    }

    static ViewFacts reading(String view, String... reads) {
        return facts(view, true)
                .reading(Stream.of(reads)
                        .map(name -> new ViewName("public", name))
                        .toList());
    }

    static List<UpstreamStatus> upstreams(Looks looks) {
        return Objects.requireNonNull(looks.status().view()).upstreams();
    }

    static @Nullable String message(Looks looks) {
        return Objects.requireNonNull(looks.status().lastRefresh()).message();
    }
}
