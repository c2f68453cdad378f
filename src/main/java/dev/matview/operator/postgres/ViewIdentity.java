package dev.matview.operator.postgres;

/**
 * What makes a view one view, whatever name its server is reached by.
 *
 * @param system the server's system identifier ({@code pg_control_system()}), the same on primary and standbys
 */
public record ViewIdentity(String system, String database, ViewName view) {

    /** One text for the status; different for different views. */
    @Override
    public String toString() {
        return system + ":\"" + database.replace("\"", "\"\"") + "\"." + view.quoted();
    }
}
