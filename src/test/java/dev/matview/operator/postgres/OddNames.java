package dev.matview.operator.postgres;

import java.util.List;

/** Names that PostgreSQL allows, and that only survive when they are quoted and never folded. */
public final class OddNames {
    /** All of them at most 63 bytes, PostgreSQL's limit. */
    public static final List<String> ALL = List.of(
            "Capitals",
            "with space",
            "quo\"te",
            "\"",
            "it's",
            "a.b",
            "\"a\".\"b\"",
            "größe_ﬀ_表",
            "😀",
            "select",
            "%s ? $1 :x {d '2000-01-01'}",
            "back\\slash",
            "tab\tline\nbreak",
            "n".repeat(63),
            "ü".repeat(31),
            "v\"; DROP TABLE t; --",
            "v\" WITH NO DATA; DROP TABLE t; --",
            "v'; DROP TABLE t; --",
            "$$; DROP TABLE t; --",
            "/* */ -- ;");

    private OddNames() {}
}
