package dev.matview.operator.postgres.replacement;

import org.jspecify.annotations.Nullable;

/**
 * Something that a view has besides its query, and that another can be given.
 *
 * @param key tells it from others of the kind, whatever the view's name
 * @param value what it is; two views are alike in it when kind, key and value are equal
 * @param what for people
 * @param role who must give it: null for the view's owner, empty for the session's user
 * @param sql gives it to the target
 */
record Trait(
        Kind kind,
        String key,
        String value,
        String what,
        @Nullable String role,
        String sql) {
    enum Kind {
        OPTION,
        COLUMN,
        INDEX,
        INDEX_DETAIL,
        CLUSTER,
        IDENTITY,
        STATISTICS,
        STATISTICS_DETAIL,
        COMMENT,
        LABEL,
        /** Takes away what the target's owner gives by default. */
        NO_DEFAULT_GRANTS,
        GRANT
    }

    /** The column that it is about, quoted; null when it is about none, or more than one. */
    @Nullable
    String column() {
        return switch (kind) {
            case COLUMN -> key.substring(0, key.lastIndexOf(' '));
            case COMMENT -> what.startsWith("comment on column ") ? key : null;
            case GRANT -> what.startsWith("GRANT ") && !value.isEmpty() ? value : null;
            case OPTION,
                    INDEX,
                    INDEX_DETAIL,
                    CLUSTER,
                    IDENTITY,
                    STATISTICS,
                    STATISTICS_DETAIL,
                    LABEL,
                    NO_DEFAULT_GRANTS -> null;
        };
    }

    /** Whether a plain view can have it too: no index, no statistics, no storage. */
    boolean ofPlainViews() {
        return switch (kind) {
            case LABEL, NO_DEFAULT_GRANTS, GRANT -> true;
            case COMMENT -> key.isEmpty() || what.startsWith("comment on column ");
            case OPTION, COLUMN, INDEX, INDEX_DETAIL, CLUSTER, IDENTITY, STATISTICS, STATISTICS_DETAIL -> false;
        };
    }

    /** Whether it is an object with a name, and not something said of one. */
    boolean isOfItsOwn() {
        return kind == Kind.INDEX || kind == Kind.STATISTICS;
    }

    /** Whether it is about who may do what. */
    boolean isGrant() {
        return kind == Kind.GRANT || kind == Kind.NO_DEFAULT_GRANTS;
    }

    boolean sameKey(Trait other) {
        return kind == other.kind && key.equals(other.key);
    }

    boolean sameAs(Trait other) {
        return sameKey(other) && value.equals(other.value);
    }
}
