package dev.matview.operator.postgres.fingerprint;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When and where a look is made.
 *
 * @param process the server process that answers
 * @param time by the server's clock
 * @param snapshot taken just before that
 * @param environment which database this is, since when its counters count, and the settings that a result depends on
 * @param uncounted why the counters do not tell everything that is written, as the end of a sentence, or null
 */
public record Moment(
        int process,
        Instant time,
        Snapshot snapshot,
        String environment,
        @Nullable String uncounted) {
    /** The second is of use only where the database's counters are; before 15 it appears at some time. */
    private static final String SINCE = """
            pg_catalog.concat_ws(' ', pg_catalog.pg_stat_get_bgwriter_stat_reset_time(),
                CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 150000
                     THEN pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) END) AS since
            """;

    private static final String HERE = " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

    /**
     * A clean stop keeps the counters and a crash loses them; a start and a reset count as a new beginning either way. The
     * settings are those that conversions, comparisons and name look-ups read (PostgreSQL manual, section 19.11), and
     * whatever is set for the database or for roles.
     */
    private static final String NOW = """
                   pg_catalog.pg_backend_pid() AS process, pg_catalog.clock_timestamp() AS time,
                   pg_catalog.pg_current_snapshot()::text AS snapshot,
                   pg_catalog.concat_ws(' ', d.oid, d.xmin,
                       pg_catalog.pg_postmaster_start_time(),
                       pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8),
                       (SELECT pg_catalog.string_agg(s.name || '=' || pg_catalog.current_setting(s.name, true), ';')
                        FROM pg_catalog.unnest(ARRAY['server_version_num', 'DateStyle', 'IntervalStyle', 'TimeZone',
                            'timezone_abbreviations', 'extra_float_digits', 'bytea_output', 'xmlbinary', 'xmloption',
                            'lc_monetary', 'lc_numeric', 'lc_time', 'lc_messages', 'search_path', 'row_security',
                            'default_text_search_config', 'array_nulls', 'quote_all_identifiers',
                            'transform_null_equals', 'session_replication_role', 'gin_fuzzy_search_limit',
                            'track_counts']) AS s (name)),
                       (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', r.setdatabase, r.setrole, r.setconfig),
                                                     ';' ORDER BY r.setdatabase, r.setrole)
                        FROM pg_catalog.pg_db_role_setting r WHERE r.setdatabase IN (0, d.oid))) AS environment,
            """;

    /**
     * Hands over what this process has counted, when the statement has ended. Of those who may turn the counters off in a
     * session of their own, all but superusers can be seen.
     */
    private static final String FROM_15 = """
            SELECT CASE WHEN NOT pg_catalog.current_setting('track_counts')::bool
                 OR EXISTS (SELECT FROM pg_catalog.pg_db_role_setting r
                            WHERE r.setdatabase IN (0, d.oid) AND r.setconfig::text ~* 'track_counts=')
                 OR EXISTS (SELECT FROM pg_catalog.pg_parameter_acl a WHERE a.parname = 'track_counts')
                 OR EXISTS (SELECT FROM pg_catalog.pg_proc p
                            WHERE p.proconfig IS NOT NULL AND p.proconfig::text ~* 'track_counts=')
                 THEN 'track_counts is off, or set for a role, the database or a function, or may be set by others than'
                      ' superusers, so that not everything that is written is counted' END AS uncounted,
                   pg_catalog.pg_stat_force_next_flush(),
            """;

    private static final String BEFORE_15 = """
            SELECT 'PostgreSQL before 15 does not tell reliably what was written, so nothing counts as unchanged but a'
                   ' server on which nobody writes at all' AS uncounted, NULL,
            """;

    /** Since when the counters count, at this moment. */
    static String since(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + SINCE + HERE);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString("since");
        }
    }

    /**
     * Looks at the clock and around. The process has handed over what it counted by its next statement: behind a pooler it may
     * have worked for others too.
     */
    static Moment now(Connection connection, int majorVersion) throws SQLException {
        String look = (majorVersion >= 15 ? FROM_15 : BEFORE_15) + NOW + SINCE + HERE;
        try (PreparedStatement statement = connection.prepareStatement(look);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new Moment(
                    row.getInt("process"),
                    row.getObject("time", OffsetDateTime.class).toInstant(),
                    Objects.requireNonNull(Snapshot.parse(row.getString("snapshot")), "pg_current_snapshot"),
                    row.getString("environment") + row.getString("since"),
                    row.getString("uncounted"));
        }
    }
}
