package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the catalog said about the view when it was last looked at. */
public record ViewStatus(
        @JsonPropertyDescription("Whether a materialized view of that name exists.")
        boolean exists,

        @JsonPropertyDescription("Whether it holds data: one that does not can't be read by anyone.")
        boolean populated,

        @JsonPropertyDescription("The server's own estimate of the number of rows; absent before it has one.") @Nullable
        Long rows,

        @JsonPropertyDescription("Size on disk with indexes and TOAST, in bytes.") @Nullable
        Long sizeBytes,

        @JsonPropertyDescription("The same for people, such as 1.2 GB.") @Nullable
        String size,

        @JsonPropertyDescription("The role that owns the view.") @Nullable
        String owner,

        @JsonPropertyDescription("The unique index that a concurrent refresh uses; absent when there is none.")
        @Nullable
        String uniqueIndex,

        @JsonPropertyDescription("""
                What makes it one view wherever it is reached from: system identifier of the server, database, schema \
                and name. The older of two resources with one identity manages it.""") @Nullable String identity,

        @JsonPropertyDescription("""
                A hash of the view's query as the server prints it, which changes when that does; with \
                spec.view.definition.""") @Nullable String definitionHash,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonPropertyDescription("""
                The materialized views that it reads: directly, through plain views, partitions and children of tables.""")
        List<UpstreamStatus> upstreams,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonPropertyDescription("What works, but not as well as it could.")
        List<ViewWarning> warnings) {

    @SuppressWarnings("ConstantValue")
    public ViewStatus {
        upstreams = upstreams == null ? List.of() : List.copyOf(upstreams);
        warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }

    /** The same with those warnings instead. */
    public ViewStatus with(List<ViewWarning> others) {
        return with(upstreams, others);
    }

    /** The same with those upstreams. */
    public ViewStatus reading(List<UpstreamStatus> others) {
        return with(others, warnings);
    }

    private ViewStatus with(List<UpstreamStatus> read, List<ViewWarning> warned) {
        return new ViewStatus(
                exists, populated, rows, sizeBytes, size, owner, uniqueIndex, identity, definitionHash, read, warned);
    }
}
