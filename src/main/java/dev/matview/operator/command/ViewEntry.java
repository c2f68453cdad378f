package dev.matview.operator.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.matview.operator.api.ByteSize;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.DiscoveredView;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.Preflight;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of one view; the components are the fields of the JSON and YAML forms.
 *
 * @param size for people
 * @param problem why this user could not refresh it, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "schema",
    "name",
    "sizeBytes",
    "size",
    "rows",
    "populated",
    "owner",
    "uniqueIndex",
    "upstreams",
    "mode",
    "reason",
    "problem"
})
record ViewEntry(
        String schema,
        String name,
        @Nullable Long sizeBytes,
        @Nullable String size,
        @Nullable Long rows,
        boolean populated,
        String owner,
        @Nullable String uniqueIndex,
        List<ViewName> upstreams,
        RefreshMode mode,
        String reason,
        @Nullable String problem) {

    /**
     * What is told of that view.
     *
     * @param objection to its adoption, or null
     * @param user who would refresh it
     */
    static ViewEntry of(DiscoveredView view, @Nullable Failure objection, String user) {
        ViewFacts facts = view.facts();
        Recommendation recommended = Recommendation.of(facts, objection);
        Failure problem = Preflight.check(facts, recommended.mode(), true, user);
        return new ViewEntry(
                view.name().schema(),
                view.name().name(),
                facts.sizeBytes(),
                facts.sizeBytes() == null ? null : ByteSize.format(facts.sizeBytes()),
                facts.rows(),
                facts.populated(),
                facts.owner(),
                facts.usableUniqueIndex(),
                view.upstreams(),
                recommended.mode(),
                recommended.reason(),
                problem == null ? null : problem.message());
    }

    ViewName view() {
        return new ViewName(schema, name);
    }
}
