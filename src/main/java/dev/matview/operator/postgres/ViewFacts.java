package dev.matview.operator.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the catalog says about a materialized view that exists; about the active one, where a facade has its name.
 *
 * @param oid the materialized view's {@code pg_class.oid}
 * @param populated whether it can be read ({@code pg_matviews.ispopulated})
 * @param owner the role that owns it
 * @param owned whether the connection's user has the owner's privileges
 * @param maintained whether it may refresh the view all the same: MAINTAIN, from PostgreSQL 17
 * @param rows the planner's estimate ({@code pg_class.reltuples}), or null before there is one
 * @param sizeBytes with indexes and TOAST; null where it was not measured
 * @param options the names of its storage parameters that are set
 * @param uniqueIndexes all of them, usable ones first
 * @param facade the plain view that has the name, or null when the materialized view has it itself
 * @param definitionHash stands for its query as the server prints it; null where it was not asked for
 * @param upstreams the materialized views that it reads; null where they were not asked for
 */
public record ViewFacts(
        ViewIdentity identity,
        long oid,
        boolean populated,
        String owner,
        boolean owned,
        boolean maintained,
        @Nullable Long rows,
        @Nullable Long sizeBytes,
        List<String> options,
        List<UniqueIndex> uniqueIndexes,
        @Nullable Facade facade,
        @Nullable String definitionHash,
        @Nullable List<ViewName> upstreams) {

    public ViewFacts {
        options = List.copyOf(options);
        uniqueIndexes = List.copyOf(uniqueIndexes);
        upstreams = upstreams == null ? null : List.copyOf(upstreams);
    }

    /** The same with a size; null when it could not be measured. */
    ViewFacts measured(@Nullable Long bytes) {
        return with(oid, bytes, definitionHash, upstreams);
    }

    /** The same of the other of two materialized views behind one facade. */
    public ViewFacts of(long side) {
        return with(side, sizeBytes, definitionHash, upstreams);
    }

    /** The same with a hash of its query. */
    public ViewFacts defined(String hash) {
        return with(oid, sizeBytes, hash, upstreams);
    }

    /** The same with what it reads. */
    public ViewFacts reading(List<ViewName> others) {
        return with(oid, sizeBytes, definitionHash, others);
    }

    private ViewFacts with(
            long relation, @Nullable Long bytes, @Nullable String hash, @Nullable List<ViewName> others) {
        return new ViewFacts(
                identity,
                relation,
                populated,
                owner,
                owned,
                maintained,
                rows,
                bytes,
                options,
                uniqueIndexes,
                facade,
                hash,
                others);
    }

    /** The unique index that a concurrent refresh can use, or null when there is none. */
    public @Nullable String usableUniqueIndex() {
        return uniqueIndexes.stream()
                .filter(index -> index.defect() == null)
                .map(UniqueIndex::name)
                .findFirst()
                .orElse(null);
    }

    /**
     * A unique index of the view.
     *
     * @param defect why a concurrent refresh can't use it, as the end of a sentence, or null when it can
     */
    public record UniqueIndex(String name, @Nullable String defect) {}
}
