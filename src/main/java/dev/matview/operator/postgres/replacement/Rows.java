package dev.matview.operator.postgres.replacement;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the rows of a query into values. */
final class Rows {
    /** The SQLSTATE {@code serialization_failure} (PostgreSQL manual, appendix A). */
    static final String GONE = "40001";

    private Rows() {}

    static <T> List<T> of(Connection connection, String sql, Reader<T> reader, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                var rows = new ArrayList<T>();
                while (row.next()) {
                    rows.add(reader.read(row));
                }
                return rows;
            }
        }
    }

    /**
     * The only row of a query that has one as long as what it asks for is there. Without it somebody has just dropped
     * that, and the error is the one of a transaction that others were in the way of: it is worth another try.
     */
    static <T> T one(Connection connection, String sql, Reader<T> reader, Object... values) throws SQLException {
        List<T> rows = of(connection, sql, reader, values);
        if (rows.isEmpty()) {
            throw new SQLException("what was read is there no longer", GONE);
        }
        return rows.getFirst();
    }

    /** Makes a value of the current row. */
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
