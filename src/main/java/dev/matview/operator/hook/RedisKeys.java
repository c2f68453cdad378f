package dev.matview.operator.hook;

import dev.matview.operator.net.Deadline;
import dev.matview.operator.net.Password;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a Redis server that are deleted by UNLINK. Those of a pattern are found by SCAN, batch by batch, so that the
 * server goes on serving others; KEYS would stop it. Bounded in time and in keys.
 *
 * @param database by its number
 * @param username or null for the server's default user
 * @param password or null when it wants none
 */
public record RedisKeys(
        Peer peer,
        int database,
        @Nullable String username,
        @Nullable Password password,
        List<String> keys,
        List<String> patterns) {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Left at the end of that for a batch that was begun. */
    private static final Duration LAST_BATCH = Duration.ofSeconds(5);

    private static final long MOST = 1_000_000;
    private static final String BATCH = "500";

    public RedisKeys {
        keys = List.copyOf(keys);
        patterns = List.copyOf(patterns);
    }

    /**
     * Deletes them.
     *
     * @throws HookFailedException when not all of them are gone
     */
    public void delete(Dialer dialer, Deadline end) throws HookFailedException {
        Deadline over = end.orIn(PATIENCE);
        Deadline batches = over.earlierBy(LAST_BATCH);
        try (Wire wire = dialer.open(peer, over)) {
            var redis = new RedisWire(wire);
            enter(redis);
            if (!keys.isEmpty()) {
                ask(redis, Stream.concat(Stream.of("UNLINK"), keys.stream().map(RedisKeys::bytes)));
            }
            long deleted = 0;
            for (String pattern : patterns) {
                deleted = delete(redis, pattern, deleted, batches);
            }
        } catch (IOException e) {
            throw new HookFailedException(peer.address() + ": " + Trouble.of(e, peer.tls()));
        }
    }

    private void enter(RedisWire redis) throws IOException, HookFailedException {
        if (password != null) {
            if (username == null) {
                ask(redis, Stream.of("AUTH", bytes(password.value())));
            } else {
                ask(redis, Stream.of("AUTH", bytes(username), bytes(password.value())));
            }
        }
        if (database != 0) {
            ask(redis, Stream.of("SELECT", Integer.toString(database)));
        }
    }

    private long delete(RedisWire redis, String pattern, long before, Deadline end)
            throws IOException, HookFailedException {
        long deleted = before;
        String cursor = "0";
        do {
            if (deleted >= MOST || !end.remaining().isPositive()) {
                throw new HookFailedException(peer.address() + ": " + deleted
                        + " keys were deleted and its bound is reached, so some that match are still there: use"
                        + " patterns that match less");
            }
            Reply reply = ask(redis, Stream.of("SCAN", cursor, "MATCH", bytes(pattern), "COUNT", BATCH));
            if (!(reply instanceof Reply.Many(List<Reply> parts))
                    || parts.size() != 2
                    || !(parts.get(0) instanceof Reply.Text(String next))
                    || !(parts.get(1) instanceof Reply.Many(List<Reply> found))) {
                throw new Trouble.OutOfTurnException();
            }
            deleted += unlink(redis, found);
            cursor = next;
        } while (!cursor.equals("0"));
        return deleted;
    }

    private long unlink(RedisWire redis, List<Reply> found) throws IOException, HookFailedException {
        if (found.isEmpty()) {
            return 0;
        }
        var command = new ArrayList<String>();
        command.add("UNLINK");
        for (Reply reply : found) {
            if (reply instanceof Reply.Text(String key)) {
                command.add(key);
            }
        }
        return ask(redis, command.stream()) instanceof Reply.Count(long deleted) ? deleted : 0;
    }

    private Reply ask(RedisWire redis, Stream<String> command) throws IOException, HookFailedException {
        List<String> words = command.toList();
        Reply reply = redis.ask(words);
        if (reply instanceof Reply.Refusal(String code)) {
            throw new HookFailedException(peer.address() + ": " + refusal(words.getFirst(), code));
        }
        return reply;
    }

    private static String refusal(String command, String code) {
        return switch (code) {
            case "NOAUTH" -> "it wants a password: add one to the URL, or set passwordFrom";
            case "WRONGPASS" -> "it refuses user or password: check them in the Secret";
            case "NOPERM" -> "the user may not " + command + " these keys: allow it (ACL SETUSER), or use another user";
            case "READONLY" -> "it is a replica: name the primary";
            case "MOVED", "ASK", "CROSSSLOT", "CLUSTERDOWN" -> "it is part of a cluster, of which hooks know nothing";
            case "LOADING", "BUSY", "MASTERDOWN" -> "it is not ready, and takes no commands at present";
            default ->
                command.equals("AUTH")
                        ? "it wants no password, or refuses this one: check user and password in the Secret"
                        : "it refuses " + command + ": check its version (4 or newer) and the database's number";
        };
    }

    /** One character for each byte of its UTF-8. */
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
