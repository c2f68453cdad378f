package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.testing.DatabaseTest;
import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which definitions are known to be safe: those that people write, and nothing else. */
@DatabaseTest
class EligibilityTest {
    private static final List<String> SCHEMA = List.of(
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "CREATE DOMAIN short AS text CHECK (length(value) < 9)",
            "CREATE TYPE pair AS (a int, b int)",
            "CREATE TABLE t (id int, g int, m mood, s short, ts timestamptz, d date, f float8, n numeric, x text, a int[],"
                    + " ms mood[], j jsonb)",
            "CREATE TABLE p (id int, k int) PARTITION BY RANGE (id)",
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE p2 PARTITION OF p DEFAULT PARTITION BY HASH (k)",
            "CREATE TABLE p2a PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
            "CREATE TABLE parent (id int)",
            "CREATE TABLE child (more int) INHERITS (parent)",
            "CREATE VIEW counts AS SELECT g, count(*) AS c FROM t GROUP BY g",
            "CREATE VIEW nested WITH (security_barrier) AS SELECT * FROM counts JOIN p ON p.id = counts.g",
            "CREATE MATERIALIZED VIEW upstream AS SELECT id FROM t",
            "CREATE SEQUENCE q",
            "CREATE FUNCTION lies(int) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT count(*) FROM p WHERE id < $1'",
            "CREATE FUNCTION add(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + $2'",
            "CREATE FUNCTION feeling(mood) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'",
            "CREATE CAST (mood AS int) WITH FUNCTION feeling(mood)",
            "CREATE AGGREGATE total (int) (SFUNC = add, STYPE = int)",
            "CREATE OPERATOR ~@~ (FUNCTION = add, LEFTARG = int, RIGHTARG = int)",
            "CREATE TABLE guarded (id int)",
            "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
            "CREATE VIEW sees_guarded AS SELECT * FROM guarded");

    private final TestDatabase database;
    private final Connection connection;

    EligibilityTest(TestDatabase database) throws SQLException {
        this.database = database;
        this.connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute(String.join(";", SCHEMA));
        }
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void whatDependsOnNothingButTablesAndSettingsIsEligible() throws SQLException {
        List<String> definitions = List.of(
                "SELECT g, count(*), sum(n), avg(f), max(x), count(DISTINCT x) FILTER (WHERE id > 1) AS d FROM t GROUP BY g",
                "SELECT date_trunc('day', ts), extract(year FROM ts), to_char(ts, 'YYYY'), ts::date AS a, ts::text AS b,"
                        + " f::text AS c, ts + interval '1 day' AS e, d < ts AS f, ts AT TIME ZONE 'UTC' FROM t",
                "SELECT CASE WHEN g > 1 THEN x ELSE 'other' END AS a, CASE g WHEN 1 THEN 2 END AS b, coalesce(x, ''),"
                        + " nullif(g, 2), greatest(g, 1), x || g AS c, concat(x, g, m), x COLLATE \"C\" AS d, g IN (1, 2) AS e,"
                        + " g IS NULL AS f, (g = 1) IS TRUE AS h, g IS DISTINCT FROM 1 AS i, NOT (g = 1 OR g = 2) AS j,"
                        + " (g, id) < (1, 2) AS k, x LIKE 'a%' AS l, s FROM t",
                "SELECT m::text, m > 'sad' AS a, array_agg(m ORDER BY m), ms::text, string_agg(x, ',' ORDER BY x),"
                        + " jsonb_agg(x), json_build_object('a', g, 'm', m), array_to_string(a, ','), to_jsonb(a)"
                        + " FROM t GROUP BY m, ms, g, a",
                "SELECT j->>'a' AS b, j->'b'->0 AS c, j @> '{}' AS d, a[1], a[1:2] AS e, ARRAY[g, 1], id = ANY (a) AS h FROM t",
                "SELECT row_number() OVER (PARTITION BY g ORDER BY id), sum(n) OVER w, lag(x) OVER w,"
                        + " count(*) OVER (ORDER BY ts RANGE BETWEEN interval '1 day' PRECEDING AND CURRENT ROW)"
                        + " FROM t WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
                "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5), w AS MATERIALIZED"
                        + " (SELECT * FROM counts) SELECT r.i, w.c, u FROM r LEFT JOIN w ON w.g = r.i CROSS JOIN LATERAL"
                        + " unnest(ARRAY[1, 2]) WITH ORDINALITY AS n (u) JOIN (VALUES (1), (2)) AS v (z) ON v.z = u",
                "SELECT g, GROUPING(g), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY f), rank(1) WITHIN GROUP"
                        + " (ORDER BY id) FROM t GROUP BY ROLLUP (g) HAVING count(*) > 0",
                "SELECT id FROM t UNION SELECT id FROM p EXCEPT SELECT 1 INTERSECT SELECT id FROM parent ORDER BY 1 LIMIT 9",
                "SELECT DISTINCT ON (g) id, g, (SELECT max(k) FROM p WHERE p.id = t.id), EXISTS (SELECT FROM nested),"
                        + " ARRAY(SELECT k FROM p) FROM t WHERE id NOT IN (SELECT id FROM upstream) ORDER BY g, id",
                "SELECT parent.tableoid AS o, id FROM ONLY parent JOIN upstream USING (id) NATURAL JOIN p",
                "SELECT day, count(t.id) FROM generate_series('2026-01-01'::timestamptz, '2026-02-01', '1 day') AS day"
                        + " LEFT JOIN t ON t.ts::date = day::date GROUP BY day",
                "SELECT i::int, x::int, f::numeric(9,2), x::varchar(5) AS y, x::interval AS z FROM t, unnest(a) AS i");
        Map<String, String> objections = new TreeMap<>();
        for (String definition : definitions) {
            String objection = objection(definition);
            if (objection != null) {
                objections.put(definition, objection);
            }
        }
        assertThat(objections).isEmpty();
    }

    @Test
    void whatElseThereIsIsRefusedByName(PostgresServer server) throws SQLException {
        var refused = new SoftAssertions();
        refuse(refused, "SELECT now() AS n FROM t", "function now, which may give another result for the same data");
        refuse(refused, "SELECT current_date AS n FROM t", "CURRENT_DATE");
        refuse(refused, "SELECT random() AS n FROM t", "function random");
        refuse(refused, "SELECT age(ts) FROM t", "function age");
        refuse(refused, "SELECT nextval('q') FROM t", "\"public\".\"q\", which is a sequence");
        refuse(refused, "SELECT last_value FROM q", "\"public\".\"q\", which is a sequence");
        refuse(refused, "SELECT current_setting('work_mem') FROM t", "function current_setting");
        refuse(refused, "SELECT relname FROM pg_catalog.pg_class", "a catalog of the system");
        refuse(
                refused,
                "SELECT id FROM t WHERE EXISTS (SELECT FROM pg_stats)",
                "\"pg_catalog\".\"pg_stats\", which belongs to the system");
        refuse(refused, "SELECT table_name::text FROM information_schema.tables", "belongs to the system");
        refuse(
                refused,
                "SELECT 't'::regclass::text FROM t",
                "type regclass, which is printed with the help of the catalog");
        refuse(refused, "SELECT x::timestamptz FROM t", "function timestamptz_in");
        refuse(refused, "SELECT x::date FROM t", "function date_in");
        refuse(refused, "SELECT x::short FROM t", "a cast to a domain");
        refuse(refused, "SELECT lies(id) FROM t", "function lies, which is not a built-in one");
        refuse(refused, "SELECT m::int FROM t", "function feeling, which is not a built-in one");
        refuse(refused, "SELECT id ~@~ g FROM t", "function add, which is not a built-in one");
        refuse(refused, "SELECT total(id) FROM t", "function add, which is not a built-in one");
        refuse(refused, "SELECT row_to_json(t) FROM t", "type t, which is neither built in nor an enum");
        refuse(refused, "SELECT (id, g)::pair AS p FROM t", "pair");
        refuse(refused, "SELECT ctid AS c FROM t", "a system column");
        refuse(refused, "SELECT xmax AS x FROM t", "a system column");
        refuse(refused, "SELECT id FROM t TABLESAMPLE BERNOULLI (50)", "TABLESAMPLE");
        refuse(
                refused,
                "SELECT to_tsvector('english', x) FROM t",
                "type regconfig, which is printed with the help of the catalog");
        refuse(refused, "SELECT xmlelement(name a, x)::text FROM t", "an XML expression");
        refuse(refused, "SELECT id FROM sees_guarded", "\"public\".\"guarded\", which has row security");
        if (server.version() >= 18) {
            database.execute("CREATE TABLE g (x text, words tsvector GENERATED ALWAYS AS (to_tsvector('english', x)))");
            refuse(refused, "SELECT words FROM g", "type regconfig, which is printed with the help of the catalog");
        }
        if (server.version() >= 16) {
            refuse(refused, "SELECT JSON_ARRAY(id) AS j FROM t", "not known to be safe (JSONCONSTRUCTOREXPR)");
        }
        refused.assertAll();
    }

    @Test
    void aCastToJsonOfItsOwnMakesAnEnumRefused() throws SQLException {
        database.execute(
                "CREATE FUNCTION mood_json(mood) RETURNS json LANGUAGE sql AS 'SELECT ''1''::json'",
                "CREATE CAST (mood AS json) WITH FUNCTION mood_json(mood)");
        assertThat(objection("SELECT json_agg(m) FROM t")).contains("type mood, which has a cast to JSON of its own");
    }

    @Test
    void whatIsNotAHeapTableIsRefusedWhereverItIs() throws SQLException {
        database.executeAsSuperuser(
                "CREATE EXTENSION file_fdw",
                "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
                "CREATE FOREIGN TABLE far PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 1)"
                        + " SERVER files OPTIONS (filename '/dev/null')",
                "GRANT SELECT ON far TO PUBLIC");
        assertThat(objection("SELECT id FROM nested")).contains("\"public\".\"far\", which is a foreign table");
        database.executeAsSuperuser(
                "CREATE ACCESS METHOD own TYPE TABLE HANDLER heap_tableam_handler",
                "CREATE TABLE elsewhere (id int) USING own",
                "GRANT SELECT ON elsewhere TO PUBLIC");
        assertThat(objection("SELECT id FROM elsewhere"))
                .contains("\"public\".\"elsewhere\", which has a storage of its own");
    }

    private void refuse(SoftAssertions soft, String definition, String why) throws SQLException {
        soft.assertThat(objection(definition)).as(definition).contains(why);
    }

    private @Nullable String objection(String definition) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP MATERIALIZED VIEW IF EXISTS v");
            statement.execute("CREATE MATERIALIZED VIEW v AS " + definition + " WITH NO DATA");
        }
        return new Watch(connection, "v").objection();
    }
}
