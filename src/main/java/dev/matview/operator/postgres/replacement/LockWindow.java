package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.Reason;
import dev.matview.operator.net.Deadline;
import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.StatementFailures;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.util.ServerErrorMessage;

/**
 * Does something under ACCESS EXCLUSIVE locks that readers hardly feel. It looks who reads, waits for a moment without long readers,
 * and then waits for the locks for a few milliseconds only, as every new reader queues behind that wait. All locks
 * together are waited for shorter than {@code deadlock_timeout}, so that never a reader is the one that the server's
 * deadlock check ends (PostgreSQL manual, section 20.12).
 */
final class LockWindow {
    /** How long a transaction that has done its work may go on trying: it holds back vacuum and changes of tables. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long FIRST_MILLIS = 10;

    /**
     * Whoever waits behind this wait waits for the work under the locks too: hardly ever more than 100 ms together. Of
     * several locks each has a wait of its own.
     */
    private static final long LAST_MILLIS = 60;

    /** But each has so long. */
    private static final long LAST_OF_EACH_MILLIS = 20;

    /** When short waits did not do for so long, readers feel it rather than that the view is not replaced at all. */
    private static final Duration SHORT_WAITS = Duration.ofSeconds(10);

    private static final long LAST_RESORT_MILLIS = 200;
    private static final int SHOWN = 5;
    private static final int TRIES_AT_ONE_TIMEOUT = 3;

    /** A step found a change, or a lock found no relation of the name and kind any more. */
    private static final Set<String> GONE = Set.of(Step.CHANGED, "42P01", "42809");

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration LEVEL = Duration.ofMillis(500);

    /** Fast-path locks are among them, and prepared transactions, which have no process. */
    private static final String HOLDERS = """
            SELECT DISTINCT coalesce(pid::text, '') || ' ' || virtualtransaction AS holder, nspname, relname
            FROM pg_catalog.pg_locks JOIN pg_catalog.pg_class c ON c.oid = relation
            JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
            WHERE locktype = 'relation' AND granted AND relation = ANY (?) AND pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
              AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            """;

    private final BoundedTransaction transaction;
    private final Long[] relations;
    private final String statement;
    private final String what;
    private final Duration bound;
    private final Map<String, Long> firstSeen = new HashMap<>();
    private final Map<ViewName, Integer> timesHeld = new HashMap<>();

    /**
     * A window on some relations.
     *
     * @param relations whose holders are looked at
     * @param steps that take the locks, in their order, and what is done under them: all in one, so that the locks
     *     are not held while the client is waited for
     * @param what the relations are, for people
     * @param bound on one wait, besides the protocol's own
     */
    LockWindow(BoundedTransaction transaction, List<Long> relations, List<Step> steps, String what, Duration bound) {
        this.transaction = transaction;
        this.relations = relations.toArray(Long[]::new);
        String body = steps.stream().map(Step::text).collect(Collectors.joining("; "));
        this.statement = "DO " + Step.literal("BEGIN " + body + "; END");
        this.what = what;
        this.bound = bound;
    }

    /**
     * Returns when it is done, with the locks held until the transaction ends.
     *
     * @throws FailureException of reason ViewBusy when that was not possible for 30 seconds, or until that end, or when
     *     somebody else was faster to change something
     */
    void enter(Deadline end) throws SQLException, FailureException, InterruptedException {
        if (!entered(end)) {
            throw new FailureException(changed(what));
        }
    }

    /**
     * The same, but for who was faster to change something.
     *
     * @return false when somebody was; no lock is held then, and the transaction goes on
     */
    boolean entered(Deadline end) throws SQLException, FailureException, InterruptedException {
        Deadline patience = end.orIn(PATIENCE);
        Deadline shortWaits = Deadline.in(SHORT_WAITS).orIn(patience.remaining().dividedBy(3));
        long fitting = fitting();
        long shared = Math.max(LAST_OF_EACH_MILLIS, LAST_MILLIS / relations.length);
        long first = Math.min(FIRST_MILLIS, fitting);
        long timeout = first;
        long levelSince = System.nanoTime();
        int tries = 0;
        transaction.execute("""
                SELECT pg_catalog.set_config('synchronous_commit', 'local', true)
                WHERE pg_catalog.current_setting('synchronous_commit') <> 'off'
                """);
        while (true) {
            boolean lastResort = shortWaits.remaining().isNegative();
            long last = Math.min(fitting, lastResort ? LAST_RESORT_MILLIS : shared);
            long oldest = oldestHolder().toMillis();
            if (oldest >= last) {
                // Longer waits would not help against this one, and would cost the others more when it has gone.
                timeout = first;
                levelSince = System.nanoTime();
                tries = 0;
                pause(LOOK, patience);
            } else if (oldest < timeout) {
                long start = System.nanoTime();
                switch (attempt(timeout)) {
                    case DONE -> {
                        return true;
                    }
                    case CHANGED -> {
                        return false;
                    }
                    case IN_VAIN -> tries++;
                }
                pause(Duration.ofNanos(System.nanoTime() - start).multipliedBy(9), patience);
            } else {
                pause(Duration.ofMillis(timeout), patience);
            }
            if (tries >= TRIES_AT_ONE_TIMEOUT || System.nanoTime() - levelSince > LEVEL.toNanos()) {
                timeout = Math.min(timeout * 2, last);
                levelSince = System.nanoTime();
                tries = 0;
            }
        }
    }

    private void pause(Duration pause, Deadline patience) throws FailureException, InterruptedException {
        if (patience.remaining().compareTo(pause) <= 0) {
            throw new FailureException(new Failure(Reason.VIEW_BUSY, "others use " + held(), "55P03"));
        }
        Thread.sleep(pause);
    }

    /** What was in use when it was looked at; the view that most readers read is not always the one that is in the way. */
    private String held() {
        return timesHeld.isEmpty()
                ? what
                : timesHeld.entrySet().stream()
                        .sorted(Map.Entry.<ViewName, Integer>comparingByValue().reversed())
                        .limit(SHOWN)
                        .map(held -> held.getKey().toString())
                        .collect(Collectors.joining(", "));
    }

    /** That somebody else was faster. */
    static Failure changed(String what) {
        return new Failure(Reason.VIEW_BUSY, "somebody else has just changed " + what);
    }

    private Attempt attempt(long timeout) throws SQLException, FailureException {
        Connection connection = transaction.connection();
        Savepoint before = connection.setSavepoint();
        try {
            transaction.execute("SET LOCAL lock_timeout = " + timeout);
            transaction.execute(statement);
            return Attempt.DONE;
        } catch (SQLException e) {
            if (GONE.contains(String.valueOf(e.getSQLState())) || StatementFailures.raced(e)) {
                connection.rollback(before);
                return Attempt.CHANGED;
            } else if (Step.DIFFERENT.equals(e.getSQLState())) {
                throw Refusals.refused(
                        table(e) + " would not stay what it is: PostgreSQL reads the text of its query in"
                                + " another way (VALUES with a column list, a composite type that grew), or can't read"
                                + " it of a plain view (TABLESAMPLE); write it in another way, or choose another mode");
            } else if (!"55P03".equals(e.getSQLState()) && !"40P01".equals(e.getSQLState())) {
                throw e;
            }
            connection.rollback(before);
            return Attempt.IN_VAIN;
        }
    }

    private static String table(SQLException e) {
        ServerErrorMessage server = StatementFailures.told(e);
        return server == null ? "a view" : "view " + server.getTable();
    }

    /** How long the one that has held a lock longest has been seen to do so; a transaction that has just come: 0. */
    private Duration oldestHolder() throws SQLException {
        Set<String> holders = new HashSet<>(Rows.of(
                transaction.connection(),
                HOLDERS,
                row -> {
                    var held = new ViewName(row.getString("nspname"), row.getString("relname"));
                    timesHeld.merge(held, 1, Integer::sum);
                    return row.getString("holder");
                },
                (Object) relations));
        long now = System.nanoTime();
        firstSeen.keySet().retainAll(holders);
        holders.forEach(holder -> firstSeen.putIfAbsent(holder, now));
        long first = firstSeen.values().stream().min(Long::compare).orElse(now);
        return Duration.ofNanos(now - first);
    }

    /** A wait counts for each lock on its own, so that all of them and one more must fit. */
    private long fitting() throws SQLException {
        long deadlock = Rows.one(
                transaction.connection(),
                "SELECT setting::bigint FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'",
                row -> row.getLong(1));
        long together = (deadlock - 1) / (relations.length + 1);
        return Math.max(1, Math.min(together, bound.toMillis()));
    }

    private enum Attempt {
        DONE,
        CHANGED,
        IN_VAIN
    }
}
