package dev.matview.operator.hook;

import java.util.List;

/**
 * What a Redis server answers (RESP2, as its documentation's protocol specification has it). Keys are any bytes: a text has
 * one character for each (ISO 8859-1).
 */
sealed interface Reply {
    /** A text or a key. */
    record Text(String bytes) implements Reply {}

    /** A number, such as how many keys were deleted. */
    record Count(long value) implements Reply {}

    /** Several. */
    record Many(List<Reply> replies) implements Reply {}

    /**
     * An error.
     *
     * @param code its first word, such as NOPERM; the rest is not for us to repeat
     */
    record Refusal(String code) implements Reply {}

    /** No value. */
    record Nothing() implements Reply {}
}
