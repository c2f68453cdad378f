package dev.matview.operator.hook;

import dev.matview.operator.net.Deadline;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One POST over HTTP/1.1 (RFC 9112) on a connection of its own. Of the answer nothing is read beyond its header: what
 * counts is the status.
 *
 * @param target path and query, as the request line has them
 * @param header further fields; names and values without line breaks
 */
record Post(Peer peer, String target, Map<String, String> header, String body) {
    /** An answer whose header is longer is no answer. */
    private static final int HEADER_BYTES = 16_384;

    /** @param retryAfter the field Retry-After, or null */
    record Answer(int status, @Nullable String retryAfter) {}

    Answer send(Dialer dialer, Deadline end) throws HookFailedException, IOException {
        try (Wire wire = dialer.open(peer, end)) {
            wire.output().write(request());
            wire.output().flush();
            var input = new BufferedInputStream(wire.input(), 1024);
            int left = HEADER_BYTES;
            while (true) {
                String head = head(input, left);
                left -= head.length();
                Answer answer = answer(head);
                // What comes before an answer is none (RFC 9110, section 15.2).
                if (answer.status() >= 200) {
                    return answer;
                }
            }
        }
    }

    private byte[] request() {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        boolean usual = peer.port() == (peer.tls() ? 443 : 80);
        String host = peer.address();
        var head = new StringBuilder()
                .append("POST ")
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(usual ? host.substring(0, host.lastIndexOf(':')) : host)
                .append("\r\nUser-Agent: matview-operator\r\nConnection: close\r\nContent-Length: ")
                .append(bytes.length)
                .append("\r\n");
        header.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        var request = new ByteArrayOutputStream();
        request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(bytes);
        return request.toByteArray();
    }

    private static String head(InputStream input, int limit) throws IOException {
        var head = new StringBuilder();
        while (head.length() < limit) {
            int next = input.read();
            if (next < 0) {
                throw head.isEmpty() ? new IOException("ended") : new Trouble.OutOfTurnException();
            }
            head.append((char) next);
            if (next == '\n' && (ends(head, "\r\n\r\n") || ends(head, "\n\n"))) {
                return head.toString();
            }
        }
        throw new Trouble.OutOfTurnException();
    }

    private static boolean ends(StringBuilder text, String end) {
        return text.length() >= end.length() && text.indexOf(end, text.length() - end.length()) >= 0;
    }

    private static Answer answer(String head) throws IOException {
        String[] lines = head.split("\r?\n", -1);
        if (!lines[0].matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new Trouble.OutOfTurnException();
        }
        String retryAfter = null;
        for (String line : lines) {
            if (line.toLowerCase(Locale.ROOT).startsWith("retry-after:")) {
                retryAfter = line.substring("retry-after:".length()).strip();
            }
        }
        return new Answer(Integer.parseInt(lines[0].substring(9, 12)), retryAfter);
    }
}
