import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.Refresh;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.replacement.Modes;
import java.sql.Connection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Refreshes a view in each mode by the operator's own code, under readers: CompareModes URL PASSWORD ROWS ROUNDS. */
class CompareModes {
    private static final RefreshBounds BOUNDS = new RefreshBounds(Duration.ofMillis(500), Duration.ofHours(1));
    private static final List<RefreshMode> MODES =
            List.of(RefreshMode.STANDARD, RefreshMode.CONCURRENT, RefreshMode.BLUE_GREEN, RefreshMode.SWAP);
    /** Measured without readers. */
    private static final String QUIET = "nothing; no readers";

    /** What is changed in the tables before a refresh: nothing, a row in a hundred, every row. */
    private static final Map<String, String> CHANGES = new LinkedHashMap<>();

    static {
        CHANGES.put(QUIET, "");
        CHANGES.put("nothing", "");
        CHANGES.put("1 %", "UPDATE payments SET amount = amount + 1 WHERE id % 100 = ");
        CHANGES.put("100 %", "UPDATE payments SET amount = amount + 1 WHERE 0 <= ");
    }

    private final Server server;
    private final int rows;
    private final Map<String, Measured> measured = new LinkedHashMap<>();

    private CompareModes(Server server, int rows) {
        this.server = server;
        this.rows = rows;
    }

    public static void main(String[] arguments) throws Exception {
        var server = new Server(arguments[0], arguments[1]);
        server.create();
        new CompareModes(server, Integer.parseInt(arguments[2])).run(Integer.parseInt(arguments[3]));
    }

    private void run(int rounds) throws Exception {
        create();
        String members = String.format(Locale.ROOT, "1 %% of %,d members of 10,000 groups", rows);
        for (int round = 0; round < rounds; round++) {
            for (var change : CHANGES.entrySet()) {
                change(change.getValue().isEmpty() ? "" : change.getValue() + round);
                for (RefreshMode mode : MODES) {
                    refresh(name(mode), rows, mode, change.getKey());
                }
            }
            change("UPDATE members SET group_id = 1 + id % 100 WHERE id / 10000 % 100 = " + round); // of each group
            refresh("group_member_counts", 10_000, RefreshMode.CONCURRENT, members);
            System.err.printf("round %d of %d is done%n", round + 1, rounds);
        }
        idle();
        print(rounds);
    }

    private void create() throws Exception {
        try (Connection connection = server.app()) {
            Server.run(
                    connection,
                    "CREATE TABLE payments (id int, account int, amount numeric, note text, at timestamptz)",
                    "INSERT INTO payments SELECT i, i % 50000, i / 100.0, md5(i::text), '2026-01-01'::timestamptz + i * interval '1 s'"
                            + " FROM generate_series(1, " + rows + ") AS i",
                    "CREATE TABLE members (id int, group_id int)",
                    "INSERT INTO members SELECT i, 1 + i % 10000 FROM generate_series(1, " + rows + ") AS i",
                    "CREATE MATERIALIZED VIEW group_member_counts AS"
                            + " SELECT group_id AS id, count(*) AS amount FROM members GROUP BY group_id");
            for (RefreshMode mode : MODES) {
                Server.run(
                        connection,
                        "CREATE MATERIALIZED VIEW " + name(mode)
                                + " AS SELECT id, account, amount * 1.19 AS amount, note, at FROM payments");
            }
            for (String view : List.of(
                    "group_member_counts",
                    name(RefreshMode.STANDARD),
                    name(RefreshMode.CONCURRENT),
                    name(RefreshMode.BLUE_GREEN),
                    name(RefreshMode.SWAP))) {
                Server.run(
                        connection,
                        "CREATE UNIQUE INDEX ON " + view + " (id)",
                        "CREATE VIEW " + view + "_seen AS SELECT id, amount FROM " + view + " WHERE amount > 0");
            }
            attempt(connection, name(RefreshMode.BLUE_GREEN), RefreshMode.BLUE_GREEN);
            attempt(connection, name(RefreshMode.BLUE_GREEN), RefreshMode.BLUE_GREEN);
        }
    }

    private void change(String update) throws Exception {
        try (Connection connection = server.superuser()) {
            if (!update.isEmpty()) {
                Server.run(connection, update);
            }
            Server.run(connection, "VACUUM ANALYZE");
        }
    }

    private void refresh(String view, int keys, RefreshMode mode, String change) throws Exception {
        try (Connection connection = server.app();
                Connection superuser = server.superuser();
                var readers = readers(view, keys)) {
            Server.run(superuser, "CHECKPOINT");
            attemptNothing(connection);
            if (!change.equals(QUIET)) {
                readers.start();
            }
            try (var disk = new Disk(server.superuser())) {
                long walBefore = wal(superuser);
                readers.forget();
                long start = System.nanoTime();
                attempt(connection, view, mode);
                double took = (System.nanoTime() - start) / 1e9;
                measured.computeIfAbsent(mode.value() + "/" + change, key -> new Measured())
                        .add(took, wal(superuser) - walBefore, disk.extra(), readers.end());
            }
        }
    }

    /** What the same readers see when nobody refreshes. */
    private void idle() throws Exception {
        try (var readers = readers(name(RefreshMode.STANDARD), rows)) {
            readers.start();
            Thread.sleep(5_000);
            var idle = new Measured();
            idle.add(readers.end());
            measured.put("/no refresh", idle);
        }
    }

    private Readers readers(String view, int keys) {
        String query = "SELECT amount FROM " + view;
        return new Readers(server, List.of(query + " WHERE id = ", query + "_seen WHERE id = "), keys);
    }

    private static void attempt(Connection connection, String view, RefreshMode mode) throws Exception {
        connection.setAutoCommit(true);
        ViewFacts facts = Catalog.inspect(connection, new ViewName("public", view), "server");
        var attempt = Modes.attempt(connection, facts, mode, SessionSettings.NONE, new Cancellation());
        new Refresh(connection, facts.identity(), attempt, BOUNDS).run();
    }

    /** Opens what a session has to open before its first statement. */
    private static void attemptNothing(Connection connection) throws Exception {
        Catalog.inspect(connection, new ViewName("public", "group_member_counts"), "server");
    }

    private static long wal(Connection connection) throws Exception {
        return Server.number(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
    }

    private static String name(RefreshMode mode) {
        return "payments_" + mode.name().toLowerCase(Locale.ROOT);
    }

    private void print(int rounds) throws Exception {
        try (Connection connection = server.app()) {
            System.out.printf(
                    Locale.ROOT,
                    "%,d rows, %d times each, turn by turn; a view with its index takes %.0f MB%n%n",
                    rows,
                    rounds,
                    Server.number(connection, "SELECT pg_total_relation_size('payments_standard')") / 1e6);
        }
        System.out.println(Measured.HEAD);
        measured.forEach((key, row) -> {
            String[] parts = key.split("/", -1);
            System.out.println(row.row(parts[0], parts[1]));
        });
        System.out.println();
        double standard = seconds(RefreshMode.STANDARD);
        double concurrent = seconds(RefreshMode.CONCURRENT);
        for (RefreshMode mode : List.of(RefreshMode.BLUE_GREEN, RefreshMode.SWAP)) {
            System.out.printf(
                    Locale.ROOT,
                    "%s, nothing changed, no readers: %.2f of Standard (at most 1.25), %.1f times faster than Concurrent (at least 5): %s%n",
                    mode.value(),
                    seconds(mode) / standard,
                    concurrent / seconds(mode),
                    seconds(mode) <= 1.25 * standard && concurrent >= 5 * seconds(mode) ? "met" : "MISSED");
        }
    }

    private double seconds(RefreshMode mode) {
        return measured.getOrDefault(mode.value() + "/" + QUIET, new Measured()).seconds();
    }
}
