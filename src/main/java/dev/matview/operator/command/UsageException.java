package dev.matview.operator.command;

/** A command was called in a way that it does not understand; the message says how to call it. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
