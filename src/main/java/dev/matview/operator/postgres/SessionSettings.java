package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings for the transaction in which the view's query runs, as {@code SET LOCAL} (PostgreSQL manual, SET).
 *
 * @param values by their names, each with its unit if it has one; the resource's schema allows some of the planner's and
 *     of memory only
 */
public record SessionSettings(Map<String, String> values) {
    /** Nothing but what the server, the database and the role have. */
    public static final SessionSettings NONE = new SessionSettings(Map.of());

    public SessionSettings {
        values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /**
     * Sets them until the end of the transaction.
     *
     * @throws FailureException of reason InvalidSetting when the server does not know one, or refuses its value
     */
    public void apply(BoundedTransaction transaction) throws SQLException, FailureException {
        if (values.isEmpty()) {
            return;
        }
        try (PreparedStatement set =
                transaction.connection().prepareStatement("SELECT pg_catalog.set_config(?, ?, true)")) {
            for (Map.Entry<String, String> setting : values.entrySet()) {
                set.setString(1, setting.getKey());
                set.setString(2, setting.getValue());
                apply(set, setting.getKey(), setting.getValue());
            }
        }
    }

    private static void apply(PreparedStatement set, String name, String value) throws SQLException, FailureException {
        try {
            set.execute();
        } catch (SQLException e) {
            String wrong =
                    switch (String.valueOf(e.getSQLState())) {
                        case "42704" -> "this server does not know the setting: remove it, or upgrade the server";
                        case "42501" -> "the user may not change it: GRANT SET ON PARAMETER " + name + ", or remove it";
                        case "22023", "22P02" ->
                            "the server refuses \"" + value + "\": see its documentation for range and units";
                        default -> throw e;
                    };
            throw new FailureException(
                    new Failure(Reason.INVALID_SETTING, "spec.settings." + name + ": " + wrong, e.getSQLState()));
        }
    }
}
