package dev.matview.operator.schedule;

/**
 * A cron expression or a time zone that can't be used. The message is written for the person who set it: it quotes the value, names
 * the part that is wrong, and says what to write instead.
 */
public final class InvalidScheduleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private InvalidScheduleException(String message) {
        super(message);
    }

    static InvalidScheduleException schedule(String expression, String problemAndFix) {
        return new InvalidScheduleException("schedule \"%s\": %s".formatted(expression, problemAndFix));
    }

    static InvalidScheduleException timeZone(String name, String problemAndFix) {
        return new InvalidScheduleException("time zone \"%s\": %s".formatted(name, problemAndFix));
    }
}
