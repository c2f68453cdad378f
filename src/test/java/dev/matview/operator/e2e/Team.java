package dev.matview.operator.e2e;

import dev.matview.operator.testing.TestDatabase;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A namespace with a database of its own, whose login stands in the Secret {@code database}. Both go when it is closed. */
record Team(Platform platform, String namespace, TestDatabase database) implements AutoCloseable {
    private static final String SECRET = "database";

    static Team create(Platform platform) {
        var client = platform.client();
        var namespace = client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withGenerateName("team-")
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .create()
                .getMetadata()
                .getName();
        var team = new Team(platform, namespace, platform.server().createDatabase());
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(SECRET)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withStringData(team.login())
                        .build())
                .create();
        return team;
    }

    /** What the team's resources log in with, and the authority of the server's certificate. */
    Map<String, String> login() {
        return Map.of(
                "host", platform.databaseHost(),
                "port", Integer.toString(platform.server().port()),
                "dbname", database.name(),
                "username", database.user(),
                "password", database.password(),
                "ca.crt", platform.server().caPem());
    }

    /** A small view with a unique index. */
    void createView(String name) throws SQLException {
        database.execute(
                "CREATE MATERIALIZED VIEW %s AS SELECT n, clock_timestamp() AS at FROM generate_series(1, 10) n"
                        .formatted(name),
                "CREATE UNIQUE INDEX ON %s (n)".formatted(name));
    }

    /** A view as {@link #createView}, whose refresh takes so long from now on; {@link #pace} changes it. */
    void createSlowView(String name, Duration pace) throws SQLException {
        database.execute(
                "CREATE TABLE pace AS SELECT 0::float8 AS seconds",
                ("CREATE MATERIALIZED VIEW %s AS SELECT 1 AS n, clock_timestamp() AS at"
                                + " FROM pace, LATERAL pg_sleep(pace.seconds) AS slept")
                        .formatted(name),
                "CREATE UNIQUE INDEX ON %s (n)".formatted(name));
        pace(pace);
    }

    void pace(Duration pace) throws SQLException {
        database.execute("UPDATE pace SET seconds = " + pace.toMillis() / 1000.0);
    }

    /** So many refreshes of the team's views are under way on the server. */
    int refreshesUnderWay() throws SQLException {
        return Integer.parseInt(Objects.requireNonNull(database.server()
                .scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND state = 'active'"
                                + " AND query LIKE 'REFRESH MATERIALIZED VIEW%'",
                        database.name())));
    }

    /** A resource for that view, due at once, as the team would write it. */
    TeamResource refresh(String view, Map<String, ?> spec) {
        Map<String, Object> whole = new HashMap<>();
        whole.put(
                "database",
                Map.of(
                        "secretRef", Map.of("name", SECRET),
                        "tls", Map.of("ca", Map.of("secretKeyRef", Map.of("name", SECRET, "key", "ca.crt")))));
        whole.put("view", Map.of("name", view));
        whole.put("immediate", true);
        whole.putAll(spec);
        return TeamResource.create(platform.client(), namespace, view.replace('_', '-'), whole);
    }

    @Override
    public void close() {
        platform.client().namespaces().withName(namespace).delete();
        database.close();
    }
}
