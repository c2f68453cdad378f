package dev.matview.operator.command;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Columns of text, each as wide as its widest cell; the last one runs on.
 *
 * @param rows the headings first, and then as many cells in each
 */
record TextTable(List<List<String>> rows) {
    private static final String GAP = "   ";

    String format() {
        int columns = rows.getFirst().size();
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream()
                        .mapToInt(row -> width(row.get(column)))
                        .max()
                        .orElse(0))
                .toArray();
        var text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < columns - 1; column++) {
                String cell = row.get(column);
                text.append(cell).repeat(" ", widths[column] - width(cell)).append(GAP);
            }
            text.append(row.getLast()).append('\n');
        }
        return text.toString();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
