package dev.matview.operator.postgres.fingerprint;

import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One look at everything that a view's content depends on. */
public sealed interface Reading {
    /** The stored queries are known up to this version. */
    int NEWEST = 18;

    /**
     * The content is fully determined by what was read.
     *
     * @param moment when it was read
     * @param mark the moment of the first of several looks: what was committed up to then counts
     * @param catalog stands for definitions, settings, and which server, database and tables these are
     * @param counters stands for how many rows of each table were written, as far as sessions have handed that over; empty when they do not tell
     * @param view the view at that time
     * @param sessions whether sessions have handed over what they counted up to the mark
     */
    record Known(Moment moment, Moment mark, String catalog, String counters, ViewVersion view, Sessions sessions)
            implements Reading {

        /** What to keep of this when a refresh that began after it has succeeded; null when that refreshed another view. */
        public @Nullable Fingerprint keep(RefreshResult result) {
            return result.version().oid() == view.oid()
                    ? new Fingerprint(
                            moment.time(),
                            catalog,
                            counters,
                            result.version(),
                            moment.snapshot(),
                            result.transactionId())
                    : null;
        }
    }

    /**
     * The content may change without a trace, or it can't be told.
     *
     * @param why as the end of a sentence
     */
    record Unknown(String why) implements Reading {}

    /**
     * Looks, on a connection that is in no transaction; takes milliseconds and waits for no lock.
     *
     * @param since when the fingerprint was read that this will be compared with, or null
     * @param before the look before this one when it takes several for one answer, or null when this is the first
     */
    static Reading read(Connection connection, ViewFacts facts, @Nullable Fingerprint since, @Nullable Known before) {
        try {
            return read(
                    connection, facts, since, before, connection.getMetaData().getDatabaseMajorVersion());
        } catch (SQLException e) {
            return new Unknown("the server does not tell what it depends on (SQLSTATE " + e.getSQLState() + ")");
        }
    }

    private static Reading read(
            Connection connection,
            ViewFacts facts,
            @Nullable Fingerprint since,
            @Nullable Known before,
            int majorVersion)
            throws SQLException {
        if (majorVersion > NEWEST) {
            return new Unknown("PostgreSQL " + majorVersion + " is newer than what this version of the operator knows");
        }
        // The order matters: what sessions had counted by the first moment is in the counters that are read after them.
        Moment moment = Moment.now(connection, majorVersion);
        Moment mark = before == null ? moment : before.mark();
        Sessions sessions = moment.uncounted() == null
                ? Sessions.look(connection, moment, since == null ? null : since.since(), before)
                : new Sessions(Set.of(), moment.uncounted());
        Relations relations = Relations.read(connection, facts.oid());
        var query = new StoredQuery();
        relations.definitions().forEach(query::add);
        Expressions expressions = Expressions.read(connection, query);
        String objection = objection(relations, query, expressions);
        ViewVersion view = relations.view();
        if (objection != null || view == null) {
            return new Unknown(objection == null ? "it is gone" : objection);
        }
        String catalog = String.join(
                "\n",
                facts.identity().system(),
                facts.owner(),
                moment.environment(),
                // Again: a reset of the counters while they are read shows in one of the two.
                Moment.since(connection),
                relations.catalog(),
                expressions.catalog());
        String counters = moment.uncounted() == null ? digest(relations.counters()) : "";
        return new Known(moment, mark, digest(catalog), counters, view, sessions);
    }

    private static @Nullable String objection(Relations relations, StoredQuery query, Expressions expressions) {
        if (relations.objection() != null) {
            return relations.objection();
        } else if (query.objection() != null) {
            return query.objection();
        } else if (!relations.oids().containsAll(query.relations())) {
            return "it reads a catalog of the system";
        }
        return expressions.objection();
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
