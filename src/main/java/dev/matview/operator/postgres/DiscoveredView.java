package dev.matview.operator.postgres;

import java.util.List;

/**
 * A materialized view that was found in a database.
 *
 * @param facts with its size, where that could be measured
 * @param upstreams the materialized views that it reads, by name
 */
public record DiscoveredView(ViewFacts facts, List<ViewName> upstreams) {
    public DiscoveredView {
        upstreams = List.copyOf(upstreams);
    }

    /** Its schema and name. */
    public ViewName name() {
        return facts.identity().view();
    }
}
