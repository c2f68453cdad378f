package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;

/** The rights that a replacement takes, looked at before any work so that the missing one can be named. */
final class Permissions {
    /** Roles whose objects are made anew, with the schemas, types and tablespaces that this takes. */
    private static final String MISSING = """
            WITH v AS (SELECT * FROM pg_catalog.pg_class WHERE oid = ?),
                 d AS (SELECT c.* FROM pg_catalog.pg_class c WHERE c.oid IN (
                           SELECT r.ev_class FROM v JOIN pg_catalog.pg_depend p ON p.refobjid = v.oid
                             AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                             AND p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                           JOIN pg_catalog.pg_rewrite r ON r.oid = p.objid AND r.ev_type = '1') AND c.relkind = 'v'
                       UNION SELECT * FROM v),
                 owners AS (SELECT relowner AS role, pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, oid, 0) AS what FROM d
                            UNION SELECT stxowner, pg_catalog.pg_describe_object('pg_catalog.pg_statistic_ext'::pg_catalog.regclass, e.oid, 0)
                            FROM v JOIN pg_catalog.pg_statistic_ext e ON e.stxrelid = v.oid),
                 grantors AS (SELECT DISTINCT a.grantor AS role FROM v CROSS JOIN LATERAL pg_catalog.aclexplode(relacl) AS a
                              WHERE a.grantor <> relowner
                              UNION SELECT a.grantor FROM v JOIN pg_catalog.pg_attribute t ON t.attrelid = v.oid
                              CROSS JOIN LATERAL pg_catalog.aclexplode(attacl) AS a WHERE a.grantor <> relowner),
                 used AS (SELECT DISTINCT d.relowner AS role, coalesce(c.relnamespace, f.pronamespace, t.typnamespace, o.oprnamespace) AS schema
                          FROM d JOIN pg_catalog.pg_rewrite r ON r.ev_class = d.oid
                          JOIN pg_catalog.pg_depend p ON p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND p.objid = r.oid
                          LEFT JOIN pg_catalog.pg_class c ON p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = p.refobjid
                          LEFT JOIN pg_catalog.pg_proc f ON p.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND f.oid = p.refobjid
                          LEFT JOIN pg_catalog.pg_type t ON p.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = p.refobjid
                          LEFT JOIN pg_catalog.pg_operator o ON p.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = p.refobjid)
            SELECT what || ' belongs to ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)),
                   'GRANT ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)) || ' TO ' || pg_catalog.quote_ident(current_user)
            FROM owners WHERE NOT pg_catalog.pg_has_role(role, 'USAGE')
            UNION ALL SELECT what || ' belongs to ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)) || ', which the user may not become',
                   'GRANT ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)) || ' TO ' || pg_catalog.quote_ident(current_user) || ' WITH SET TRUE'
            FROM owners WHERE NOT pg_catalog.pg_has_role(role, ?1)
            UNION ALL SELECT 'grants on it were given by ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)),
                   'GRANT ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)) || ' TO ' || pg_catalog.quote_ident(current_user)
                       || ', or let the owner give them'
            FROM grantors WHERE NOT pg_catalog.pg_has_role(role, ?1)
            UNION ALL SELECT DISTINCT 'the owner of ' || pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, oid, 0)
                       || ' may not create in its schema',
                   pg_catalog.format('GRANT CREATE ON SCHEMA %s TO %I', relnamespace::regnamespace::text, pg_catalog.pg_get_userbyid(relowner))
            FROM d WHERE NOT pg_catalog.has_schema_privilege(relowner, relnamespace, 'CREATE')
            UNION ALL SELECT DISTINCT 'the owner of it or of ' || pg_catalog.pg_describe_object('pg_catalog.pg_statistic_ext'::pg_catalog.regclass, e.oid, 0)
                       || ' may not create in the schema of that',
                   pg_catalog.format('GRANT CREATE ON SCHEMA %s TO %I', stxnamespace::regnamespace::text, pg_catalog.pg_get_userbyid(o.role))
            FROM v JOIN pg_catalog.pg_statistic_ext e ON e.stxrelid = v.oid
            CROSS JOIN LATERAL (VALUES (v.relowner), (e.stxowner)) AS o (role)
            WHERE NOT pg_catalog.has_schema_privilege(o.role, stxnamespace, 'CREATE')
            UNION ALL SELECT 'the owner may not use a schema that the query names',
                   'GRANT USAGE ON SCHEMA ' || schema::regnamespace || ' TO ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role))
            FROM used WHERE NOT pg_catalog.has_schema_privilege(role, schema, 'USAGE')
            UNION ALL SELECT DISTINCT 'the owner may not use the type of a column',
                   'GRANT USAGE ON TYPE ' || a.atttypid::regtype || ' TO ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(d.relowner))
            FROM d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.oid AND a.attnum > 0 AND a.atttypid <> 0
            WHERE NOT pg_catalog.has_type_privilege(d.relowner, a.atttypid, 'USAGE')
            UNION ALL SELECT DISTINCT 'the owner may not create in tablespace ' || pg_catalog.quote_ident(s.spcname),
                   'GRANT CREATE ON TABLESPACE ' || pg_catalog.quote_ident(s.spcname) || ' TO '
                       || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(v.relowner))
            FROM v JOIN pg_catalog.pg_class c ON c.oid = v.oid OR c.oid IN (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = v.oid)
            JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
            WHERE NOT pg_catalog.has_tablespace_privilege(v.relowner, s.oid, 'CREATE')
            UNION ALL SELECT 'its owner may not read it', 'GRANT SELECT ON ' || v.oid::pg_catalog.regclass || ' TO '
                       || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(v.relowner))
            FROM v WHERE NOT pg_catalog.has_table_privilege(v.relowner, v.oid, 'SELECT')
            """;

    private Permissions() {}

    /**
     * Refuses when a right is missing, and says which.
     *
     * @throws FailureException of reason PermissionDenied
     */
    static void check(Connection connection, ViewName view, long oid) throws SQLException, FailureException {
        // Whether one may become a role is a right of its own from 16 on (PostgreSQL manual, GRANT).
        int version = connection.getMetaData().getDatabaseMajorVersion();
        String query = MISSING.replace("?1", version >= 16 ? "'SET'" : "'MEMBER'");
        for (String missing : Rows.of(connection, query, row -> row.getString(1) + ": " + row.getString(2), oid)) {
            throw new FailureException(new Failure(Reason.PERMISSION_DENIED, view + " can't be replaced: " + missing));
        }
    }
}
