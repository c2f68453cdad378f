package dev.matview.operator.hook;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands and replies on a connection to a Redis server. The few that are needed are spoken here, and not by a client
 * library, as those make room for whatever length the other side announces: it may be anybody's server.
 */
final class RedisWire {
    /** The longest key that is deleted by a pattern; a server that answers with more is not believed. */
    private static final int TEXT_BYTES = 65_536;

    /** SCAN gives about as many keys as it was asked for. */
    private static final int REPLIES = 100_000;

    private static final int REPLY_BYTES = 4_194_304;
    private static final int DEPTH = 2;
    private static final int BUFFER = 32_768;

    private final InputStream input;
    private final OutputStream output;
    private int left;

    RedisWire(Wire wire) throws IOException {
        input = new BufferedInputStream(wire.input(), BUFFER);
        output = new BufferedOutputStream(wire.output(), BUFFER);
    }

    /** Sends a command, whose words have one character for each byte, and waits for its reply. */
    Reply ask(List<String> command) throws IOException {
        line("*" + command.size());
        for (String word : command) {
            line("$" + word.length());
            line(word);
        }
        output.flush();
        left = REPLY_BYTES;
        return reply(DEPTH);
    }

    private void line(String text) throws IOException {
        output.write((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private Reply reply(int depth) throws IOException {
        String line = line();
        String rest = line.isEmpty() ? "" : line.substring(1);
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '+' -> new Reply.Text(rest);
            case '-' -> new Reply.Refusal(rest.replaceFirst(" .*", ""));
            case ':' -> new Reply.Count(number(rest, Long.MAX_VALUE));
            case '$' -> text(rest);
            case '*' -> many(rest, depth);
            default -> throw new Trouble.OutOfTurnException();
        };
    }

    private Reply text(String length) throws IOException {
        if (length.equals("-1")) {
            return new Reply.Nothing();
        }
        int size = Math.toIntExact(number(length, TEXT_BYTES));
        byte[] bytes = input.readNBytes(size);
        take(size);
        if (bytes.length < size || !line().isEmpty()) {
            throw new Trouble.OutOfTurnException();
        }
        return new Reply.Text(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private Reply many(String length, int depth) throws IOException {
        if (depth == 0) {
            throw new Trouble.OutOfTurnException();
        }
        long size = number(length, REPLIES);
        var replies = new ArrayList<Reply>();
        for (long i = 0; i < size; i++) {
            replies.add(reply(depth - 1));
        }
        return new Reply.Many(replies);
    }

    private static long number(String digits, long most) throws IOException {
        if (!digits.matches("[0-9]{1,18}") || Long.parseLong(digits) > most) {
            throw new Trouble.OutOfTurnException();
        }
        return Long.parseLong(digits);
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            int next = input.read();
            take(1);
            if (next < 0) {
                throw new EOFException("ended");
            } else if (next == '\n' && !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                return line.substring(0, line.length() - 1);
            }
            line.append((char) next);
        }
    }

    private void take(int bytes) throws IOException {
        left -= bytes;
        if (left < 0) {
            throw new Trouble.OutOfTurnException();
        }
    }
}
