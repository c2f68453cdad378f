package dev.matview.operator.postgres.fingerprint;

import java.util.List;
import java.util.Random;

/** What somebody may do to tables, views and partitions; some of it fails, when it does not fit the moment. */
final class RandomStatements {
    static final List<String> SCHEMA = List.of(
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "CREATE TABLE t (id int, g int, m mood DEFAULT 'sad')",
            "CREATE TABLE p (id int, k int) PARTITION BY RANGE (id)",
            "CREATE TABLE parent (id int)",
            "CREATE TABLE child () INHERITS (parent)",
            "CREATE TABLE noise (id int)",
            "CREATE VIEW inner_view AS SELECT g, count(*) AS c, max(m::text) AS m FROM t GROUP BY g",
            "INSERT INTO t SELECT n, n % 3 FROM generate_series(1, 50) n",
            "CREATE MATERIALIZED VIEW upstream AS SELECT * FROM inner_view",
            "CREATE UNIQUE INDEX ON upstream (g)",
            "CREATE MATERIALIZED VIEW on_views AS SELECT v.*, (SELECT sum(id) FROM parent) AS s FROM inner_view v",
            "CREATE MATERIALIZED VIEW on_partitions AS SELECT id, count(*) AS c, sum(k) AS k FROM p GROUP BY id",
            "CREATE MATERIALIZED VIEW on_upstream AS SELECT g, c, m FROM upstream WHERE c > 0");

    private final Random random;
    private int partitions;
    private int prepared;

    RandomStatements(Random random) {
        this.random = random;
    }

    /** Any, in a session of its own. */
    String any() {
        return switch (random.nextInt(14)) {
            case 0 -> change();
            case 1 -> "BEGIN; " + change() + "; SAVEPOINT a; " + change() + "; ROLLBACK TO a; COMMIT";
            case 2 -> "BEGIN; " + change() + "; ROLLBACK";
            case 3 -> "TRUNCATE " + pick("t", "p", "parent", "child", "noise");
            case 4 -> pick("VACUUM", "VACUUM FULL", "VACUUM FREEZE", "ANALYZE") + " " + pick("t", "p", "upstream");
            case 5, 6 -> partition();
            case 7 -> definition();
            case 8, 9 -> "REFRESH MATERIALIZED VIEW " + pick("", "CONCURRENTLY ") + "upstream";
            case 10 -> prepared();
            default -> "INSERT INTO noise VALUES (1)";
        };
    }

    /** Any that takes a superuser. */
    String ofSuperusers() {
        return pick(
                "SELECT pg_stat_reset()",
                "SELECT pg_stat_reset_single_table_counters('t'::regclass)",
                "SELECT pg_stat_reset_shared('bgwriter')",
                "CHECKPOINT");
    }

    /** A change of rows. */
    String change() {
        return pick(
                "INSERT INTO t VALUES (" + random.nextInt(100) + ", " + random.nextInt(5) + ")",
                "UPDATE t SET g = g + 1 WHERE id = " + random.nextInt(50),
                "DELETE FROM t WHERE id = " + random.nextInt(50),
                "INSERT INTO parent VALUES (" + random.nextInt(9) + ")",
                "INSERT INTO child VALUES (" + random.nextInt(9) + ")",
                "UPDATE parent SET id = id + 1 WHERE id = " + random.nextInt(9),
                "DELETE FROM parent",
                "INSERT INTO p VALUES (" + random.nextInt(50) + ", 1)",
                "UPDATE p SET k = k + 1",
                "UPDATE noise SET id = id + 1");
    }

    private String definition() {
        return pick(
                "CREATE OR REPLACE VIEW inner_view AS SELECT g, count(*) AS c, min(m::text) AS m FROM t GROUP BY g",
                "CREATE OR REPLACE VIEW inner_view AS SELECT g, count(*) AS c, max(m::text) AS m FROM t GROUP BY g",
                "ALTER TABLE child NO INHERIT parent",
                "ALTER TABLE child INHERIT parent",
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'glad'",
                "ALTER TYPE mood RENAME VALUE 'glad' TO 'sad'");
    }

    private String partition() {
        int lower = random.nextInt(5) * 10;
        String name = "p" + lower;
        String bounds = " FOR VALUES FROM (" + lower + ") TO (" + (lower + 10) + ")";
        partitions++;
        return pick(
                "CREATE TABLE " + name + " PARTITION OF p" + bounds,
                "CREATE TABLE loose" + partitions + " AS SELECT " + lower + " AS id, 7 AS k;"
                        + " ALTER TABLE p ATTACH PARTITION loose" + partitions + bounds,
                "ALTER TABLE p DETACH PARTITION " + name,
                "DROP TABLE IF EXISTS " + name);
    }

    private String prepared() {
        if (random.nextBoolean()) {
            prepared++;
            return "BEGIN; " + change() + "; PREPARE TRANSACTION '" + prepared + "'";
        }
        return pick("COMMIT", "ROLLBACK") + " PREPARED '" + Math.max(1, prepared - random.nextInt(2)) + "'";
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
