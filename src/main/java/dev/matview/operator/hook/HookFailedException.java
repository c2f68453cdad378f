package dev.matview.operator.hook;

/** A hook did not work; the message says which host or Secret to put right, and nothing that either of them has told. */
public final class HookFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Made with a part of a sentence without full stop or semicolon. */
    public HookFailedException(String message) {
        super(message);
    }

    /** The message. */
    public String said() {
        return String.valueOf(getMessage());
    }
}
