package dev.matview.operator.controller;

import dev.matview.operator.api.ByteSize;
import dev.matview.operator.api.RefreshRecord;
import dev.matview.operator.api.UpstreamStatus;
import dev.matview.operator.api.ViewStatus;
import dev.matview.operator.api.ViewWarning;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The view as the status shows it. */
final class ViewReport {
    /** There is no materialized view of that name. */
    static final ViewStatus MISSING =
            new ViewStatus(false, false, null, null, null, null, null, null, null, List.of(), List.of());

    private ViewReport() {}

    /**
     * What was seen of it.
     *
     * @param before as the status shows it so far, or null
     * @param result of the refresh that came after the look, or null
     * @param warnings that were found
     * @param history of runs, the last one included
     */
    static ViewStatus of(
            @Nullable ViewStatus before,
            Plan plan,
            ViewFacts facts,
            @Nullable RefreshResult result,
            List<ViewWarning> warnings,
            List<RefreshRecord> history) {
        String identity = facts.identity().toString();
        ViewStatus earlier = before != null && identity.equals(before.identity()) ? before : null;
        boolean declared = plan.spec().view().definition() != null;
        String hash = facts.definitionHash();
        if (hash == null && declared && earlier != null) {
            hash = earlier.definitionHash();
        }
        Long known = earlier == null ? null : earlier.sizeBytes();
        Long size = result == null ? known : Long.valueOf(result.sizeBytes());
        return new ViewStatus(
                true,
                result != null || facts.populated(),
                result == null ? facts.rows() : result.rows(),
                size,
                size == null ? null : ByteSize.format(size),
                facts.owner(),
                facts.usableUniqueIndex(),
                identity,
                hash,
                upstreams(facts.upstreams(), earlier == null ? List.of() : earlier.upstreams()),
                Warnings.all(warnings, history, plan));
    }

    /** Whether two looks have found two different views. */
    static boolean isAnother(@Nullable ViewStatus before, ViewStatus seen) {
        return before != null && before.identity() != null && !before.identity().equals(seen.identity());
    }

    /** Those that were found, with what is known of them; as before when nobody looked for them. */
    private static List<UpstreamStatus> upstreams(@Nullable List<ViewName> found, List<UpstreamStatus> earlier) {
        if (found == null) {
            return earlier;
        }
        return found.stream()
                .map(name -> earlier.stream()
                        .filter(known -> known.schema().equals(name.schema())
                                && known.name().equals(name.name()))
                        .findFirst()
                        .orElse(new UpstreamStatus(name.schema(), name.name(), false, null, null)))
                .toList();
    }
}
