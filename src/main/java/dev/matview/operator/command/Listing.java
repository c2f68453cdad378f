package dev.matview.operator.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A list of views in one of the forms of {@code --output}. */
record Listing(List<ViewEntry> entries) {
    private static final String NONE = "-";

    /** For people. */
    String table() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("VIEW", "SIZE", "ROWS", "POPULATED", "OWNER", "UNIQUE INDEX", "UPSTREAMS", "MODE", "REASON"));
        entries.forEach(entry -> rows.add(row(entry)));
        return new TextTable(rows).format();
    }

    private static List<String> row(ViewEntry entry) {
        String upstreams = entry.upstreams().stream().map(Printable::name).collect(Collectors.joining(", "));
        return List.of(
                Printable.name(entry.view()),
                entry.size() == null ? "(locked)" : entry.size(),
                entry.rows() == null ? NONE : Long.toString(entry.rows()),
                entry.populated() ? "yes" : "no",
                Printable.line(entry.owner()),
                entry.uniqueIndex() == null ? NONE : Printable.line(entry.uniqueIndex()),
                upstreams.isEmpty() ? NONE : upstreams,
                entry.mode().value(),
                Printable.line(entry.reason() + (entry.problem() == null ? "" : "; but " + entry.problem())));
    }

    /** For programs; the mapper decides whether it is JSON or YAML. */
    String text(ObjectMapper mapper) {
        try {
            return mapper.writerWithDefaultPrettyPrinter()
                    .writeValueAsString(Map.of("views", entries))
                    .stripTrailing();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a list is made of plain values", e);
        }
    }
}
