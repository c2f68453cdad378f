package dev.matview.operator.postgres;

/**
 * The connections to one database at one moment, those of all users together.
 *
 * @param database as {@link ConnectionSettings#target} names it
 * @param active in use
 * @param idle open and not in use
 * @param pending how many wait for one to be free
 */
public record PoolUse(String database, int active, int idle, int pending) {
    PoolUse plus(PoolUse other) {
        return new PoolUse(database, active + other.active, idle + other.idle, pending + other.pending);
    }
}
