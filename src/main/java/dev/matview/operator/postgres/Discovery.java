package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Finds all materialized views of a database; those behind a facade as one, by its name. */
public final class Discovery {
    private static final String VIEWS = """
            SELECT n.nspname, c.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'm' OR c.relkind = 'v' AND EXISTS (
                SELECT FROM pg_catalog.pg_class s WHERE s.relnamespace = c.relnamespace AND s.relkind = 'm'
                  AND s.relname IN (c.relname || '__blue', c.relname || '__green'))
            ORDER BY n.nspname, c.relname
            """;

    /** Measuring waits for whoever has the view to himself, such as a plain refresh: not for long. */
    private static final String SIZE = """
            SELECT CASE WHEN pg_catalog.set_config('lock_timeout', '200ms', true) IS NOT NULL
                        THEN pg_catalog.pg_total_relation_size(?::oid) END
            """;

    private static final String LOCKED = "55P03";

    private Discovery() {}

    /**
     * All of them, upstreams before what reads them, else by schema and name. Nothing is changed, and no view is locked
     * against anybody's reads or writes.
     *
     * @throws FailureException when the server can't be reached or answer, is a standby, or older than 14
     * @throws InterruptedException when the wait for a connection is no longer wanted
     */
    public static List<DiscoveredView> views(Connections connections, ConnectionSettings settings)
            throws FailureException, InterruptedException {
        String address = settings.address();
        try (Lease lease = connections.open(settings)) {
            return views(lease.connection(), address);
        } catch (SQLException e) {
            throw new FailureException(new Failure(
                    Reason.REFRESH_FAILED,
                    address + " could not answer what its catalog holds: the server's log tells why",
                    e.getSQLState()));
        }
    }

    private static List<DiscoveredView> views(Connection connection, String address)
            throws SQLException, FailureException {
        var facts = new ArrayList<ViewFacts>();
        for (ViewName name : names(connection)) {
            ViewFacts found = inspect(connection, name, address);
            if (found != null) {
                facts.add(found.measured(size(connection, found.oid())));
            }
        }
        Map<ViewName, ViewName> facades = facades(facts);
        facts.removeIf(view -> facades.containsKey(view.identity().view()));
        Map<Long, List<ViewName>> upstreams =
                Upstreams.of(connection, facts.stream().map(ViewFacts::oid).toList());
        return upstreamsFirst(facts.stream()
                .map(view -> new DiscoveredView(
                        view,
                        upstreams.getOrDefault(view.oid(), List.of()).stream()
                                .map(upstream -> facades.getOrDefault(upstream, upstream))
                                .distinct()
                                .toList()))
                .toList());
    }

    /** By which name the sides of facades are known. */
    private static Map<ViewName, ViewName> facades(List<ViewFacts> facts) {
        var facades = new HashMap<ViewName, ViewName>();
        for (ViewFacts view : facts) {
            ViewName name = view.identity().view();
            if (view.facade() != null) {
                facades.put(Side.BLUE.of(name), name);
                facades.put(Side.GREEN.of(name), name);
            }
        }
        return facades;
    }

    private static List<ViewName> names(Connection connection) throws SQLException {
        var names = new ArrayList<ViewName>();
        try (PreparedStatement statement = connection.prepareStatement(VIEWS);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                names.add(new ViewName(row.getString(1), row.getString(2)));
            }
        }
        return names;
    }

    /** Null for a view that was dropped, or replaced by something else, a moment ago. */
    private static @Nullable ViewFacts inspect(Connection connection, ViewName name, String address)
            throws SQLException, FailureException {
        try {
            return Catalog.inspect(connection, name, address);
        } catch (FailureException e) {
            return switch (e.failure().reason()) {
                case VIEW_MISSING, NOT_A_MATERIALIZED_VIEW -> null;
                default -> throw e;
            };
        }
    }

    private static @Nullable Long size(Connection connection, long oid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SIZE)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long size = row.getLong(1);
                return row.wasNull() ? null : size;
            }
        } catch (SQLException e) {
            if (LOCKED.equals(e.getSQLState())) {
                return null;
            }
            throw e;
        }
    }

    private static List<DiscoveredView> upstreamsFirst(List<DiscoveredView> views) {
        var byName = new LinkedHashMap<ViewName, DiscoveredView>();
        views.forEach(view -> byName.put(view.name(), view));
        var ordered = new LinkedHashMap<ViewName, DiscoveredView>();
        views.forEach(view -> append(view, byName, ordered, new ArrayList<>()));
        return List.copyOf(ordered.values());
    }

    /** @param readers those that led here, which are not waited for: functions can make views read each other */
    private static void append(
            DiscoveredView view,
            Map<ViewName, DiscoveredView> byName,
            SequencedMap<ViewName, DiscoveredView> ordered,
            List<ViewName> readers) {
        if (ordered.containsKey(view.name()) || readers.contains(view.name())) {
            return;
        }
        readers.add(view.name());
        for (ViewName upstream : view.upstreams()) {
            DiscoveredView found = byName.get(upstream);
            if (found != null) {
                append(found, byName, ordered, readers);
            }
        }
        readers.removeLast();
        ordered.put(view.name(), view);
    }
}
