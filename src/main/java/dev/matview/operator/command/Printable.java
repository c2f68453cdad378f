package dev.matview.operator.command;

import dev.matview.operator.postgres.ViewName;

/** Names of a database in lines of text: whoever may create a view chooses its name. */
final class Printable {
    private Printable() {}

    /** The text on one line, without what a terminal or a reader of YAML would act upon. */
    static String line(String text) {
        var result = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                    result.append("\\u{").append(Integer.toHexString(c)).append('}');
                default -> result.appendCodePoint(c);
            }
        });
        return result.toString();
    }

    /** The qualified name, quoted where SQL needs it. */
    static String name(ViewName view) {
        boolean plain = (view.schema() + view.name()).matches("[a-z_][a-z0-9_]*");
        return plain ? view.schema() + "." + view.name() : line(view.quoted());
    }
}
