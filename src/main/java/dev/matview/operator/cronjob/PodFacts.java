package dev.matview.operator.cronjob;

import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewIdentity;
import dev.matview.operator.postgres.ViewName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pod tells of the view. */
record PodFacts(
        String system,
        String database,
        ViewName view,
        long oid,
        boolean populated,
        String owner,
        boolean owned,
        boolean maintained,
        @Nullable Long rows,
        @Nullable Long sizeBytes,
        @Nullable String uniqueIndex,
        @Nullable String definitionHash,
        @Nullable List<ViewName> upstreams) {
    /** A termination message has no room for more names; beyond that, the view's upstreams stay unknown. */
    private static final int UPSTREAM_LETTERS = 1_500;

    static PodFacts of(ViewFacts facts) {
        ViewIdentity identity = facts.identity();
        return new PodFacts(
                identity.system(),
                identity.database(),
                identity.view(),
                facts.oid(),
                facts.populated(),
                facts.owner(),
                facts.owned(),
                facts.maintained(),
                facts.rows(),
                facts.sizeBytes(),
                facts.usableUniqueIndex(),
                facts.definitionHash(),
                fitting(facts.upstreams()));
    }

    private static @Nullable List<ViewName> fitting(@Nullable List<ViewName> upstreams) {
        return upstreams == null || upstreams.toString().length() > UPSTREAM_LETTERS ? null : upstreams;
    }

    ViewFacts facts() {
        return new ViewFacts(
                new ViewIdentity(system, database, view),
                oid,
                populated,
                owner,
                owned,
                maintained,
                rows,
                sizeBytes,
                List.of(),
                uniqueIndex == null ? List.of() : List.of(new ViewFacts.UniqueIndex(uniqueIndex, null)),
                null,
                definitionHash,
                upstreams);
    }
}
