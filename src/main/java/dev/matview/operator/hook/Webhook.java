package dev.matview.operator.hook;

import dev.matview.operator.net.Deadline;
import dev.matview.operator.net.Password;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that gets events. It is asked again when it could not be reached, is overloaded (429) or failed (5xx);
 * any other answer is final, a redirect too.
 *
 * @param target path and query of its URL, which may hold a secret
 * @param signingKey with which events are signed, or null for not at all
 */
public record Webhook(Peer peer, Password target, @Nullable Password signingKey) {
    private static final int TRIES = 4;
    private static final Duration TRY = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    /**
     * Posts an event, until it is taken, refused, or the time is over.
     *
     * @throws HookFailedException when it was not taken
     */
    public void post(Event event, Dialer dialer, Clock clock, Deadline end)
            throws HookFailedException, InterruptedException {
        String body = event.json();
        String last = "there was no time left for it";
        for (int number = 1; number <= TRIES && end.remaining().isPositive(); number++) {
            Duration pause = FIRST_PAUSE.multipliedBy(1L << (number - 1));
            try {
                Post.Answer answer = request(body, clock).send(dialer, end.orIn(TRY));
                if (answer.status() < 300) {
                    return;
                }
                last = refusal(answer.status());
                if (answer.status() < 500 && answer.status() != 429) {
                    break;
                }
                Duration asked = retryAfter(answer.retryAfter(), clock);
                pause = asked.compareTo(pause) > 0 ? asked : pause;
            } catch (IOException e) {
                last = Trouble.of(e, peer.tls());
            }
            Duration next = pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 4 + 1));
            if (number == TRIES || next.compareTo(end.remaining()) >= 0) {
                last += " (tries: " + number + ")";
                break;
            }
            Thread.sleep(next);
        }
        throw new HookFailedException(peer.address() + ": " + last);
    }

    private Post request(String body, Clock clock) {
        var header = new LinkedHashMap<String, String>();
        header.put("Content-Type", "application/cloudevents+json; charset=UTF-8");
        if (signingKey != null) {
            String time = Long.toString(clock.instant().getEpochSecond());
            header.put(Signature.TIMESTAMP, time);
            header.put(Signature.HEADER, Signature.of(signingKey, time, body));
        }
        return new Post(peer, target.value(), header, body);
    }

    private static String refusal(int status) {
        String answer = "it answers with HTTP status " + status;
        return switch (status) {
            case 300, 301, 302, 303, 307, 308 -> answer + ", a redirect, which is not followed: name the final URL";
            case 401, 403 -> answer + ": check the URL, and whether the receiver has the same signing key";
            case 429 -> answer + ": it gets more than it takes";
            default -> answer + (status < 500 ? ": check the URL, and what the receiver expects" : "");
        };
    }

    /** Seconds or a date (RFC 9110, section 10.2.3); what is neither is nothing. */
    private static Duration retryAfter(@Nullable String value, Clock clock) {
        if (value == null) {
            return Duration.ZERO;
        } else if (value.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            var date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Duration.between(clock.instant(), date);
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
    }
}
