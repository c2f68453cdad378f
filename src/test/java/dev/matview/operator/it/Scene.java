package dev.matview.operator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.operator.testing.PostgresServer;
import dev.matview.operator.testing.TestDatabase;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a test has to itself: a database whose login stands in the Secret {@link #secret()}, and names for its objects
 * that no other test uses. When it is over, nothing that must stay secret may have become visible.
 */
final class Scene implements AutoCloseable {
    private final TestCluster cluster;
    private final List<String> namespaces;
    private final String prefix;
    private final TestDatabase database;
    private final @Nullable OperatorProcess shared;
    private final List<OperatorProcess> operators = new ArrayList<>();
    private final List<RefreshResource> resources = new ArrayList<>();
    private final List<String> secrets = new ArrayList<>();

    /**
     * @param namespaces the test's namespace, and a second one
     * @param shared the operator that serves them, or null when the test starts its own
     */
    Scene(
            TestCluster cluster,
            List<String> namespaces,
            String prefix,
            PostgresServer server,
            @Nullable OperatorProcess shared) {
        this.cluster = cluster;
        this.namespaces = namespaces;
        this.prefix = prefix;
        this.database = server.createDatabase(prefix.replace('-', '_'));
        this.shared = shared;
        keepSecret(database.password());
        for (String namespace : namespaces) {
            createSecret(namespace, secret(), login("localhost", database.password()));
            createSecret(namespace, authority(), Map.of("ca.crt", server.caPem()));
        }
    }

    /** The same with a database on another server; to be closed by the test. */
    Scene on(PostgresServer other) {
        return new Scene(cluster, namespaces, prefix + "-other", other, shared);
    }

    TestDatabase database() {
        return database;
    }

    TestCluster cluster() {
        return cluster;
    }

    /** A resource that the test creates itself, under {@link #named}. */
    RefreshResource adopt(String name) {
        var resource = new RefreshResource(cluster.client(), namespace(), named(name));
        resources.add(resource);
        return resource;
    }

    KubernetesClient client() {
        return cluster.client();
    }

    String namespace() {
        return namespaces.getFirst();
    }

    String otherNamespace() {
        return namespaces.getLast();
    }

    /** Starts an operator of the test's own. */
    OperatorProcess startOperator() {
        return startOperator(cluster.kubeconfig(), Map.of());
    }

    OperatorProcess startOperator(Path kubeconfig, Map<String, String> settings) {
        var operator = OperatorProcess.start(kubeconfig, namespaces, settings);
        operators.add(operator);
        return operator;
    }

    /** A name that only this test uses. */
    String named(String name) {
        return prefix + "-" + name;
    }

    /** The Secret with the database's login. */
    String secret() {
        return named("db");
    }

    /** The Secret with the certificate of the authority that issued the server's. */
    String authority() {
        return named("ca");
    }

    /** The keys that go into a Secret for the test's database. */
    Map<String, String> login(String host, String password) {
        return Map.of(
                "host", host,
                "port", Integer.toString(database.server().port()),
                "dbname", database.name(),
                "username", database.user(),
                "password", password);
    }

    void createSecret(String namespace, String name, Map<String, String> values) {
        cluster.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withStringData(values)
                        .build())
                .create();
    }

    /** Some text that must never be seen outside of Secrets. */
    void keepSecret(String text) {
        secrets.add(text);
    }

    /** A materialized view of one row with a unique index; filled. */
    void createView(String name) throws SQLException {
        database.execute(
                "CREATE MATERIALIZED VIEW %s AS SELECT 1 AS id, clock_timestamp() AS at".formatted(name),
                "CREATE UNIQUE INDEX ON %s (id)".formatted(name));
    }

    /** A view as {@link #createView}, each of whose refreshes from now on takes so long; {@link #pace} changes it. */
    void createSlowView(String name, Duration pace) throws SQLException {
        database.execute(
                "CREATE TABLE IF NOT EXISTS pace AS SELECT 0::float8 AS seconds",
                ("CREATE MATERIALIZED VIEW %s AS SELECT 1 AS id, clock_timestamp() AS at"
                                + " FROM pace, LATERAL pg_sleep(pace.seconds) AS slept")
                        .formatted(name),
                "CREATE UNIQUE INDEX ON %s (id)".formatted(name));
        pace(pace);
    }

    /** A view as {@link #createSlowView} that keeps the books: {@link #refreshes} tells how many were committed. */
    void createCountedView(String name, Duration pace) throws SQLException {
        database.execute(
                "CREATE TABLE pace AS SELECT 0::float8 AS seconds",
                "CREATE TABLE refreshes (at timestamptz)",
                "CREATE FUNCTION note() RETURNS timestamptz LANGUAGE sql"
                        + " AS 'INSERT INTO public.refreshes VALUES (pg_catalog.clock_timestamp()) RETURNING at'",
                ("CREATE MATERIALIZED VIEW %s AS SELECT 1 AS id, public.note() AS at"
                                + " FROM pace, LATERAL pg_sleep(pace.seconds) AS slept")
                        .formatted(name),
                "CREATE UNIQUE INDEX ON %s (id)".formatted(name),
                "TRUNCATE refreshes");
        pace(pace);
    }

    /** So many refreshes of the counted view have been committed since it was made. */
    int refreshes() {
        try {
            return Integer.parseInt(Objects.requireNonNull(database.scalar("SELECT count(*) FROM refreshes")));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void pace(Duration pace) throws SQLException {
        database.execute("UPDATE pace SET seconds = " + pace.toMillis() / 1000.0);
    }

    /** Creates a resource for a view of the test's database; what the spec lacks of {@code database} is filled in. */
    RefreshResource create(String view, String spec) {
        return create(namespace(), view, view, spec);
    }

    RefreshResource create(String namespace, String name, String view, String spec) {
        var fields = new HashMap<String, Object>();
        fields.put("database", reachedBy(secret()));
        fields.put("view", Map.of("name", view));
        Map<String, Object> given = Serialization.unmarshal("--- {" + spec + "}", Fields.class);
        fields.putAll(given);
        var resource = new RefreshResource(cluster.client(), namespace, named(name.replace('_', '-')));
        cluster.client()
                .resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion("matview.dev/v1alpha1")
                        .withKind("MaterializedViewRefresh")
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(resource.name())
                        .endMetadata()
                        .addToAdditionalProperties("spec", fields)
                        .build())
                .create();
        resources.add(resource);
        return resource;
    }

    /** The {@code spec.database} for a Secret of that name, with the server's certificate verified. */
    Map<String, Object> reachedBy(String secret) {
        return Map.of(
                "secretRef",
                Map.of("name", secret),
                "tls",
                Map.of("ca", Map.of("secretKeyRef", Map.of("name", authority(), "key", "ca.crt"))));
    }

    /** Creates a resource whose status says that its schedule came into force so long ago and had no run since. */
    RefreshResource createDue(String view, String spec, String schedule, Duration since) {
        var resource = create(view, "schedules: ['" + schedule + "']" + (spec.isEmpty() ? "" : ", " + spec));
        resource.writeStatus(Map.of(
                "schedule",
                schedule,
                "scheduleSince",
                Instant.now().minus(since).truncatedTo(ChronoUnit.SECONDS).toString()));
        return resource;
    }

    /** So many refreshes are under way on the server, for all databases of that server with the test's user. */
    int refreshesUnderWay() {
        try {
            return Integer.parseInt(Objects.requireNonNull(database.server()
                    .scalar(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND state = 'active'"
                                    + " AND query LIKE 'REFRESH MATERIALIZED VIEW%'",
                            database.name())));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void awaitRefreshesUnderWay(int number, Duration patience) {
        await(number + " refreshes under way")
                .atMost(patience)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(refreshesUnderWay()).isEqualTo(number));
    }

    void awaitRefreshUnderWay() {
        awaitRefreshesUnderWay(1, Duration.ofSeconds(60));
    }

    @Override
    public void close() {
        try {
            assertNothingSecretIsVisible();
        } finally {
            resources.forEach(RefreshResource::delete);
            try (database) {
                operators.forEach(OperatorProcess::close);
            }
        }
        if (shared != null) {
            assertThat(shared.refusals())
                    .as("what deploy/rbac.yaml does not allow")
                    .isEmpty();
        }
    }

    private void assertNothingSecretIsVisible() {
        var logs = new ArrayList<>(operators);
        if (shared != null) {
            logs.add(shared);
        }
        for (RefreshResource resource : resources) {
            var seen = Serialization.asYaml(resource.status()) + Serialization.asYaml(resource.events());
            assertThat(seen).doesNotContain(secrets);
        }
        assertThat(logs).allSatisfy(operator -> assertThat(operator.log()).doesNotContain(secrets));
    }

    @SuppressWarnings("serial")
    private static final class Fields extends HashMap<String, Object> {}
}
