package dev.matview.operator.postgres.fingerprint;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text form of a stored query ({@code pg_rewrite.ev_action}): nodes <code>{LABEL :field value ...}</code>, lists
 * in parentheses, and words, in which a backslash takes the meaning from the next character. Every field has a value, so a
 * word after a field's name is its value whatever it looks like: a name that somebody chose can't pass for structure.
 */
final class NodeTree {
    private final String text;
    private final Listener listener;
    private final Deque<Frame> open = new ArrayDeque<>();
    private int position;

    private NodeTree(String text, Listener listener) {
        this.text = text;
        this.listener = listener;
    }

    /**
     * Reads it all, without recursion.
     *
     * @throws IllegalArgumentException when the text is not of that form
     */
    static void scan(String text, Listener listener) {
        new NodeTree(text, listener).scan();
    }

    private void scan() {
        for (String word = next(); word != null; word = next()) {
            switch (word) {
                case "{" -> {
                    String label = required();
                    listener.node(label);
                    open.push(new Frame(label));
                }
                case "(" -> open.push(new Frame(open.peek()));
                case "}" -> close(false);
                case ")" -> close(true);
                default -> word(word);
            }
        }
        if (!open.isEmpty()) {
            throw malformed();
        }
    }

    private void close(boolean list) {
        Frame closed = open.poll();
        if (closed == null || closed.list != list || closed.needsValue) {
            throw malformed();
        }
        Frame around = open.peek();
        if (around != null) {
            around.needsValue = false;
            around.empty = false;
        }
    }

    private void word(String word) {
        Frame frame = open.peek();
        if (frame == null) {
            throw malformed();
        } else if (frame.list) {
            boolean kind = frame.empty && word.length() == 1 && "iobx".contains(word);
            frame.empty = false;
            if (!kind) {
                listener.value(frame.label, frame.field, word);
            }
        } else if (frame.needsValue) {
            frame.needsValue = false;
            listener.value(frame.label, frame.field, word);
        } else if (word.startsWith(":") && word.length() > 1) {
            frame.field = word.substring(1);
            frame.needsValue = true;
        } else if (word.equals("[") && !frame.field.isEmpty()) {
            skipBytes();
        } else {
            throw malformed();
        }
    }

    /** The bytes of a constant stand in brackets behind their number. */
    private void skipBytes() {
        String word = required();
        while (!word.equals("]")) {
            word = required();
        }
    }

    private String required() {
        String word = next();
        if (word == null) {
            throw malformed();
        }
        return word;
    }

    private @Nullable String next() {
        while (position < text.length() && isSpace(text.charAt(position))) {
            position++;
        }
        if (position == text.length()) {
            return null;
        }
        int start = position;
        if (isBracket(text.charAt(position))) {
            position++;
        } else {
            while (position < text.length() && !isSpace(text.charAt(position)) && !isBracket(text.charAt(position))) {
                position += text.charAt(position) == '\\' ? 2 : 1;
            }
            position = Math.min(position, text.length());
        }
        return text.substring(start, position);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\t';
    }

    private static boolean isBracket(char c) {
        return c == '{' || c == '}' || c == '(' || c == ')';
    }

    private IllegalArgumentException malformed() {
        return new IllegalArgumentException("not a stored query, at character " + position);
    }

    /** Hears what is read, in the order of the text. */
    interface Listener {
        /** A node of that kind begins. */
        void node(String label);

        /**
         * A field's value, or an element of the list that is its value, that is not a node.
         *
         * @param label the kind of the node; empty outside of any
         * @param text as written, with backslashes and quotes
         */
        void value(String label, String field, String text);
    }

    private static final class Frame {
        private final boolean list;
        private final String label;
        private String field;
        private boolean needsValue;
        private boolean empty = true;

        private Frame(String label) {
            this.list = false;
            this.label = label;
            this.field = "";
        }

        private Frame(@Nullable Frame around) {
            this.list = true;
            this.label = around == null ? "" : around.label;
            this.field = around == null ? "" : around.field;
        }
    }
}
