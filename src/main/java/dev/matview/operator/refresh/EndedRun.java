package dev.matview.operator.refresh;

import org.jspecify.annotations.Nullable;

/**
 * A run that has ended, for whoever wants to know how it went.
 *
 * @param id the same that its lines in the log carry
 * @param database as {@link dev.matview.operator.postgres.ConnectionSettings#target} names it, or null when it did not get so far
 * @param timeline what it did when
 * @param <K> whom runs are for
 */
public record EndedRun<K>(
        RunRequest<K> request, String id, @Nullable String database, Timeline timeline, Outcome outcome) {}
