package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.OddNames;
import dev.matview.operator.postgres.ViewName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A materialized view of random columns, with a random choice of what a view can have, and random views on it to depth
 * 4. The statements are for a role that may act as the owners.
 */
final class RandomSchema {
    /** What indexes a column can have besides a btree, by its type. */
    private enum Type {
        INT("int", "i", "brin hash"),
        NUMERIC("numeric(12,2)", "i / 3.0", "hash"),
        TEXT("text", "'x' || i", "spgist hash"),
        C_TEXT("text COLLATE \"C\"", "'y' || i % 3", "hash"),
        VARCHAR("varchar(20)", "'v' || i", ""),
        BOOLEAN("boolean", "i % 2 = 0", ""),
        TIME("timestamptz", "'2026-01-01'::timestamptz + i * interval '1 hour'", "brin"),
        INTERVAL("interval", "i * interval '1 day'", ""),
        FLOAT("float8", "i / 7.0::float8", "brin"),
        UUID("uuid", "md5(i::text)::uuid", "hash"),
        BYTES("bytea", "decode(md5(i::text), 'hex')", ""),
        JSON("jsonb", "jsonb_build_object('k', i)", "gin"),
        ARRAY("int[]", "ARRAY[i, i + 1]", "gin"),
        RANGE("int4range", "int4range(i, i + 5)", "gist spgist"),
        MOOD("mood", "(ARRAY['sad', 'ok']::mood[])[1 + i % 2]", ""),
        SHORT("short", "('s' || i)::short", ""),
        PAIR("pair", "ROW(i, 'p')::pair", "");

        private final String sql;
        private final String value;
        private final String methods;

        Type(String sql, String value, String methods) {
            this.sql = sql;
            this.value = value;
            this.methods = methods;
        }
    }

    private record Column(String name, Type type) {}

    private final Random random;
    private final int version;
    private final String me;
    private final List<String> roles;
    private final List<Column> columns = new ArrayList<>();
    private final List<String> statements = new ArrayList<>();
    private final ViewName view;

    /**
     * Makes one.
     *
     * @param me the role that runs the statements
     * @param roles whose member it is
     */
    RandomSchema(long seed, int version, String me, List<String> roles) {
        this.random = new Random(seed);
        this.version = version;
        this.me = me;
        this.roles = roles;
        var names = new ArrayList<>(OddNames.ALL);
        Collections.shuffle(names, random);
        String name = names.stream()
                .filter(odd -> odd.getBytes(StandardCharsets.UTF_8).length <= 56)
                .findFirst()
                .orElseThrow();
        this.view = new ViewName("public", name);
        names.remove(name);
        for (int i = 0; i < 3 + random.nextInt(6); i++) {
            columns.add(new Column(ViewName.quote(names.get(i)), one(List.of(Type.values()))));
        }
        base();
        create();
        indexes();
        traits();
        dependents();
        grants();
    }

    ViewName view() {
        return view;
    }

    List<String> statements() {
        return statements;
    }

    private void base() {
        add("CREATE TYPE mood AS ENUM ('sad', 'ok')");
        add("CREATE DOMAIN short AS text CHECK (length(VALUE) < 9)");
        add("CREATE TYPE pair AS (a int, b text)");
        var definitions = new ArrayList<String>();
        var values = new ArrayList<String>();
        for (Column column : columns) {
            definitions.add(column.name() + " " + column.type().sql);
            values.add(column.type().value);
        }
        add("CREATE TABLE base (key int, " + String.join(", ", definitions) + ")");
        add("INSERT INTO base SELECT i, " + String.join(", ", values) + " FROM generate_series(1, 50) AS i");
        if (maybe()) {
            add("ALTER TABLE base ENABLE ROW LEVEL SECURITY");
            add("ALTER TABLE base FORCE ROW LEVEL SECURITY");
            add("CREATE POLICY p ON base USING (key < 20 OR current_user = 'nobody')");
        }
        roles.forEach(role -> add("GRANT SELECT ON base TO " + role));
    }

    private void create() {
        var outputs = new ArrayList<String>();
        for (Column column : columns) {
            String plain = column.name();
            outputs.add(one(List.of(plain, plain, "coalesce(" + plain + ", " + plain + ") AS " + plain)));
        }
        add("CREATE MATERIALIZED VIEW " + view.quoted() + (maybe() ? " WITH (toast.autovacuum_enabled = false)" : "")
                + " AS SELECT key, " + String.join(", ", outputs) + " FROM base"
                + one(List.of("", " WHERE key > 0 ORDER BY key", " WHERE key % 2 = 1")));
    }

    private void indexes() {
        String on = " ON " + view.quoted();
        add("CREATE UNIQUE INDEX \"the key\"" + on + " (key)" + (maybe() ? " INCLUDE (" + any().name() + ")" : ""));
        for (int i = 0; i < random.nextInt(5); i++) {
            Column column = any();
            String name = " i" + i;
            String where = maybe() ? " WHERE key > 3" : "";
            if (!column.type().methods.isEmpty() && maybe()) {
                add("CREATE INDEX" + name + on + " USING "
                        + one(List.of(column.type().methods.split(" "))) + " (" + column.name() + ")" + where);
            } else if (maybe()) {
                add("CREATE INDEX" + name + on + " ((key * 2) DESC NULLS LAST, " + column.name()
                        + ") WITH (fillfactor = 71)" + where);
                add("ALTER INDEX" + name + " ALTER COLUMN 1 SET STATISTICS " + (1 + random.nextInt(500)));
            } else {
                add("CREATE INDEX" + name + on + " (" + column.name() + ")" + where);
            }
            if (maybe()) {
                add("COMMENT ON INDEX" + name + " IS 'it''s " + i + "'");
            }
        }
    }

    private void traits() {
        String alter = "ALTER MATERIALIZED VIEW " + view.quoted();
        Column column = any();
        maybe(alter + " SET (fillfactor = 80, autovacuum_enabled = false)");
        maybe(alter + " CLUSTER ON \"the key\"");
        maybe(alter + " REPLICA IDENTITY " + one(List.of("FULL", "NOTHING")));
        maybe(alter + " ALTER COLUMN " + column.name() + " SET STATISTICS 33");
        maybe(alter + " ALTER COLUMN " + column.name() + " SET (n_distinct = -0.25)");
        maybe("COMMENT ON MATERIALIZED VIEW " + view.quoted() + " IS '\\ \"quoted\"'");
        maybe("COMMENT ON COLUMN " + view.quoted() + "." + column.name() + " IS 'column'");
        if (maybe()) {
            String where = one(List.of("public", "other"));
            add("CREATE STATISTICS " + where + ".\"sta ts\" (ndistinct) ON key, " + column.name() + " FROM "
                    + view.quoted());
            maybe("ALTER STATISTICS " + where + ".\"sta ts\" SET STATISTICS 44");
            maybe("COMMENT ON STATISTICS " + where + ".\"sta ts\" IS 'stats'");
        }
    }

    private void dependents() {
        var readable = new ArrayList<String>(List.of(view.quoted()));
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            String name = one(List.of("public", "other")) + ".\"d " + i + "\"";
            var options = new ArrayList<String>();
            if (maybe()) {
                options.add("security_barrier = " + maybe());
            }
            if (version >= 15 && maybe()) {
                options.add("security_invoker = true");
            }
            String from =
                    readable.getLast() + " AS x" + (maybe() ? " JOIN " + one(readable) + " AS y USING (key)" : "");
            add("CREATE VIEW " + name + (options.isEmpty() ? "" : " WITH (" + String.join(", ", options) + ")")
                    + " AS SELECT key, "
                    + one(List.of("(x).key AS again", "row_to_json(x) AS whole", "count(*) OVER () AS n"))
                    + " FROM " + from + (maybe() ? " ORDER BY key LIMIT 40" : ""));
            maybe("COMMENT ON VIEW " + name + " IS 'dependent'");
            maybe("GRANT SELECT ON " + name + " TO " + one(roles) + " WITH GRANT OPTION");
            maybe("ALTER VIEW " + name + " ALTER COLUMN key SET DEFAULT 7");
            if (maybe()) {
                roles.forEach(role -> add("GRANT SELECT ON " + String.join(", ", readable) + " TO " + role));
                add("ALTER VIEW " + name + " OWNER TO " + one(roles));
            }
            readable.add(name);
        }
        maybe("CREATE MATERIALIZED VIEW through AS SELECT key FROM " + readable.getLast());
    }

    private void grants() {
        for (String role : roles) {
            maybe("GRANT SELECT, TRIGGER ON " + view.quoted() + " TO " + role + " WITH GRANT OPTION");
            maybe("GRANT SELECT (" + any().name() + ") ON " + view.quoted() + " TO " + role);
        }
        maybe("GRANT SELECT ON " + view.quoted() + " TO PUBLIC");
        String granting = one(roles);
        add("GRANT SELECT ON " + view.quoted() + " TO " + granting + " WITH GRANT OPTION");
        if (maybe()) {
            add("SET ROLE " + granting);
            add("GRANT SELECT ON " + view.quoted() + " TO " + one(roles));
            add("RESET ROLE");
        }
        maybe("REVOKE DELETE, UPDATE ON " + view.quoted() + " FROM " + me);
        if (maybe()) {
            add("ALTER MATERIALIZED VIEW " + view.quoted() + " OWNER TO " + one(roles));
        }
        maybe("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO " + one(roles));
        maybe("ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM " + me);
    }

    /** A column that can be in any index. */
    private Column any() {
        List<Column> plain =
                columns.stream().filter(column -> column.type() != Type.PAIR).toList();
        return one(plain.isEmpty() ? columns : plain);
    }

    private boolean maybe() {
        return random.nextBoolean();
    }

    private void maybe(String statement) {
        if (maybe()) {
            add(statement);
        }
    }

    private void add(String statement) {
        statements.add(statement);
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
