package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.fingerprint.Reading.Known;
import dev.matview.operator.postgres.fingerprint.Reading.Unknown;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A materialized view that is refreshed, and asked about, as runs do it. */
final class Watch {
    private static final Duration PATIENCE = Sessions.HANDED_OVER.plusSeconds(10);

    private final Connection connection;
    private final ViewName view;
    private @Nullable Fingerprint kept;

    Watch(Connection connection, String view) {
        this.connection = connection;
        this.view = new ViewName("public", view);
    }

    /** Refreshes it and keeps, by way of its text, the fingerprint that was read before. */
    void refresh() throws SQLException, FailureException, InterruptedException {
        Reading reading = look(null);
        var result = Refreshing.run(connection, view, RefreshMode.STANDARD, Refreshing.BOUNDS);
        connection.setAutoCommit(true);
        Fingerprint fingerprint = reading instanceof Known known ? known.keep(result) : null;
        kept = fingerprint == null ? null : Fingerprint.parse(fingerprint.format());
    }

    /** Refreshes it until everything from before is counted, so that it is unchanged. */
    void settle() {
        await().atMost(Duration.ofSeconds(60)).pollDelay(Duration.ZERO).until(() -> {
            refresh();
            return certainVerdict() instanceof Verdict.Unchanged || !countersProve();
        });
    }

    /** Waits until no other user has a session in the database: one that was just closed is there for a moment yet. */
    void awaitOthersGone() {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> "0"
                .equals(Refreshing.scalar(connection, """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND usename <> current_user
                        """)));
    }

    /** It is said to be unchanged where that can be proven: before 15 only while nobody writes anywhere. */
    void assertUnchanged(Verdict verdict) throws SQLException {
        if (countersProve()) {
            assertThat(verdict).isInstanceOf(Verdict.Unchanged.class);
        } else {
            assertThat(verdict).isNotInstanceOf(Verdict.Changed.class);
        }
    }

    /** It is not said to be unchanged; before 15 not even which table was written to can be told. */
    void assertChanged(String by, Verdict verdict) throws SQLException {
        assertThat(verdict).as(by).isNotInstanceOf(Verdict.Unchanged.class);
        if (countersProve()) {
            assertThat(verdict).as(by).isEqualTo(new Verdict.Changed());
        }
    }

    private boolean countersProve() throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion() >= 15;
    }

    /** Why it is never skipped, or null. */
    @Nullable
    String objection() throws SQLException {
        return look(null) instanceof Unknown(String why) ? why : null;
    }

    /** The answer of one look. */
    Verdict verdict() throws SQLException {
        return of(look(null));
    }

    /** The answer after as many looks as it takes to be certain, or when a run would have given up. */
    Verdict certainVerdict() throws SQLException {
        var reading = new AtomicReference<>(look(null));
        var answer = new AtomicReference<>(of(reading.get()));
        if (reading.get() instanceof Known) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            await().atMost(PATIENCE.multipliedBy(4))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        boolean open =
                                answer.get() instanceof Verdict.InDoubt(String _, Duration again) && again.isPositive();
                        if (open) {
                            reading.set(look(reading.get() instanceof Known known ? known : null));
                            answer.set(of(reading.get()));
                        }
                        return !open || System.nanoTime() > end;
                    });
        }
        return answer.get();
    }

    /** The same fingerprint on another connection. */
    Watch on(Connection other) {
        var same = new Watch(other, view.name());
        same.kept = kept;
        return same;
    }

    /** Keeps what a skipped run would. */
    void keep(Verdict.Unchanged unchanged) {
        kept = unchanged.confirmed();
    }

    /** Whether there is anything to compare with. */
    boolean keeps() {
        return kept != null;
    }

    private Fingerprint kept() {
        return Objects.requireNonNull(kept, "nothing was kept: the view is not eligible");
    }

    private Verdict of(Reading reading) {
        return reading instanceof Known known ? Verdict.of(kept(), known) : new Verdict.Changed();
    }

    /** One look, the first or one after another. */
    Reading look(@Nullable Known before) throws SQLException {
        try {
            ViewFacts facts = Catalog.inspect(connection, view, "server");
            return Reading.read(connection, facts, kept, before);
        } catch (FailureException e) {
            throw new IllegalStateException(e);
        }
    }
}
