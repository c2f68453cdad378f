package dev.matview.operator.refresh;

/**
 * The runs of one database.
 *
 * @param queued due and waiting: for a connection, another refresh, or their turn
 * @param running their turn has come
 */
public record Load(int queued, int running) {
    static final Load QUEUED = new Load(1, 0);
    static final Load RUNNING = new Load(0, 1);

    Load plus(Load other) {
        return new Load(queued + other.queued, running + other.running);
    }
}
