package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.TestDatabase;
import java.sql.SQLException;

/** A view that has everything that a view can have, with views on it to depth 3. */
record RichView(TestDatabase database) {
    static final ViewName NAME = new ViewName("public", "totals");

    /** Creates it, owned by the database's role, and the roles {@code <name>_a}, {@code _b} and {@code _c}. */
    static RichView create(TestDatabase database) throws SQLException {
        String me = database.user();
        for (String role : new String[] {"a", "b", "c"}) {
            database.executeAsSuperuser("CREATE ROLE " + me + "_" + role);
        }
        database.executeAsSuperuser("CREATE SCHEMA other AUTHORIZATION " + me, "GRANT %1$s_b TO %1$s".formatted(me));
        String[] statements = """
                CREATE TABLE members (grp int, name text, paid numeric, at timestamptz DEFAULT now(), tags text[]);
                INSERT INTO members SELECT i % 10, 'n' || i, i / 3.0, '2026-01-01', ARRAY['x'] FROM generate_series(1, 200) i;
                CREATE MATERIALIZED VIEW totals (grp, "Größe \""x", paid, low, tags) WITH (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_enabled = false) AS
                    SELECT grp, count(*), sum(paid), min(name COLLATE "C"), array_agg(tags[1]) FILTER (WHERE paid > 1.5::float8) FROM members WHERE name <> 'a;''b' GROUP BY grp;
                CREATE UNIQUE INDEX totals_grp_idx ON totals (grp) INCLUDE (paid) WITH (fillfactor = 70);
                CREATE INDEX "odd \""idx" ON totals USING btree (lower(low) text_pattern_ops DESC NULLS LAST, (paid * 2)) WHERE paid > 1;
                CREATE INDEX totals_tags_idx ON totals USING gin (tags);
                CREATE INDEX totals_brin ON totals USING brin (grp);
                CREATE INDEX nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn ON totals USING hash (grp);
                ALTER INDEX "odd \""idx" ALTER COLUMN 2 SET STATISTICS 77;
                ALTER MATERIALIZED VIEW totals CLUSTER ON totals_grp_idx;
                ALTER MATERIALIZED VIEW totals REPLICA IDENTITY FULL;
                ALTER MATERIALIZED VIEW totals ALTER COLUMN low SET STATISTICS 33;
                ALTER MATERIALIZED VIEW totals ALTER COLUMN low SET STORAGE EXTERNAL;
                ALTER MATERIALIZED VIEW totals ALTER COLUMN low SET COMPRESSION pglz;
                ALTER MATERIALIZED VIEW totals ALTER COLUMN low SET (n_distinct = -0.5);
                CREATE STATISTICS other.totals_stat (ndistinct, mcv) ON grp, paid FROM totals;
                CREATE STATISTICS totals_expr ON (grp * 2), low FROM totals;
                ALTER STATISTICS other.totals_stat SET STATISTICS 55;
                COMMENT ON MATERIALIZED VIEW totals IS 'it''s a \\ "view"';
                COMMENT ON COLUMN totals.paid IS 'paid; all';
                COMMENT ON INDEX totals_grp_idx IS 'key';
                COMMENT ON STATISTICS other.totals_stat IS 'dependence';
                GRANT SELECT ON totals TO ME_a WITH GRANT OPTION;
                GRANT SELECT, INSERT, TRIGGER ON totals TO ME_b WITH GRANT OPTION;
                GRANT SELECT (grp, paid) ON totals TO ME_c;
                GRANT SELECT ON totals TO PUBLIC;
                SET ROLE ME_b; GRANT SELECT ON totals TO ME_c; RESET ROLE;
                ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO ME_c;
                CREATE VIEW direct WITH (security_barrier) AS SELECT t.grp, t.paid + 1 AS more, t."Größe \""x" FROM totals t;
                CREATE VIEW whole AS SELECT row_to_json(t) AS j, (t).grp FROM totals t;
                CREATE VIEW other.joined AS SELECT a.grp, b.more FROM totals a JOIN direct b USING (grp) WHERE 'totals'::regclass IS NOT NULL;
                CREATE VIEW checked AS SELECT * FROM members WHERE grp IN (SELECT grp FROM totals) WITH LOCAL CHECK OPTION;
                CREATE VIEW deep AS SELECT * FROM other.joined WHERE grp > 3;
                CREATE MATERIALIZED VIEW through AS SELECT * FROM deep;
                COMMENT ON VIEW direct IS 'a view';
                COMMENT ON COLUMN direct.more IS 'more';
                GRANT SELECT ON direct TO ME_a;
                GRANT SELECT (j) ON whole TO ME_b;
                CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                CREATE TRIGGER t INSTEAD OF INSERT ON direct FOR EACH ROW EXECUTE FUNCTION nothing();
                ALTER VIEW direct ALTER COLUMN more SET DEFAULT 5;
                CREATE FUNCTION first_row() RETURNS int LANGUAGE plpgsql AS 'DECLARE r totals%ROWTYPE; rs totals[]; BEGIN SELECT * INTO r FROM totals ORDER BY grp LIMIT 1; rs := ARRAY(SELECT t FROM totals t); RETURN r.grp + cardinality(rs); END'
                """.replace(" ME_", " " + me + "_").strip().split(";\n");
        database.execute(statements);
        return new RichView(database);
    }

    /** What readers see of it and of the views on it. */
    String content() throws SQLException {
        return database.scalar("""
                SELECT (SELECT string_agg(t::text, ' ' ORDER BY grp) FROM totals t)
                    || (SELECT string_agg(t::text, ' ' ORDER BY grp) FROM direct t)
                    || (SELECT string_agg(j::text, ' ' ORDER BY grp) FROM whole)
                    || (SELECT string_agg(t::text, ' ' ORDER BY grp) FROM deep t)
                """) + database.scalar("SELECT first_row()");
    }
}
