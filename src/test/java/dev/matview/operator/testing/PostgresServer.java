package dev.matview.operator.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL of its own on loopback, with SCRAM, TLS and a CA. It ends with the JVM at the latest and leaves
 * nothing behind, even when the JVM is killed. Methods throw SQLException with the server's own SQLSTATE.
 */
public final class PostgresServer implements AutoCloseable {
    private static final String SUPERUSER = "postgres";

    private final int version;
    private final Path state;
    private final ServerScript.Held held;
    private final String password;
    private final AtomicInteger databases = new AtomicInteger();

    private PostgresServer(int version, Path state, ServerScript.Held held) {
        this.version = version;
        this.state = state;
        this.held = held;
        this.password = read("password").strip();
    }

    /**
     * Starts a server, within a second or two when the binaries are there.
     *
     * @param version the major version, such as 18
     * @param settings further server settings, such as {@code ssl=off} or {@code shared_buffers=64MB}
     * @throws IllegalStateException with the end of the server's log, when it does not start
     */
    public static PostgresServer start(int version, String... settings) {
        Path state = newState();
        Stream<String> up = Stream.of("up", Integer.toString(version), state.toString(), "0");
        ServerScript.Held held =
                ServerScript.hold(Stream.concat(up, Stream.of(settings)).toArray(String[]::new));
        return new PostgresServer(version, state, held);
    }

    /** Starts a hot standby of this server, which streams from it. Clients of this server see a short pause. */
    public PostgresServer standby() {
        Path standby = newState();
        return new PostgresServer(
                version, standby, ServerScript.hold("standby", state.toString(), standby.toString(), "0"));
    }

    private static Path newState() {
        return Path.of(System.getProperty("java.io.tmpdir"), "matview-postgres-" + UUID.randomUUID());
    }

    /** The major version, such as 18. */
    public int version() {
        return version;
    }

    /** The address that the server's certificate names, next to {@code localhost}. */
    public String host() {
        return "127.0.0.1";
    }

    /** An address where the server answers that its certificate does not name. */
    public String hostNotInCertificate() {
        return "127.0.0.2";
    }

    /** The TCP port on every address; it stays the same when the server is started again. */
    public int port() {
        return held.port();
    }

    /** The JDBC URL of a database, without user, password and TLS parameters. */
    public String url(String database) {
        return "jdbc:postgresql://" + host() + ":" + port() + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
    }

    /** The superuser's name. */
    public String user() {
        return SUPERUSER;
    }

    /** The superuser's password. */
    public String password() {
        return password;
    }

    /** Connects the superuser to the database {@code postgres}. */
    public Connection connect() throws SQLException {
        return connect(SUPERUSER, password, "postgres");
    }

    /** Connects without TLS, which takes longer than most of what tests then ask for. */
    public Connection connect(String user, String userPassword, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", userPassword);
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("sslmode", "disable");
        return DriverManager.getConnection(url(database), properties);
    }

    /** Runs statements as the superuser in the database {@code postgres}, each in its own transaction. */
    public void execute(String... statements) throws SQLException {
        try (Connection connection = connect()) {
            Sql.execute(connection, statements);
        }
    }

    /** The first column of the first row as the superuser in the database {@code postgres}; null also for no row. */
    public @Nullable String scalar(String query, Object... values) throws SQLException {
        try (Connection connection = connect()) {
            return Sql.scalar(connection, query, values);
        }
    }

    /** Creates a database under a name of its own. */
    public TestDatabase createDatabase() {
        return createDatabase("test_" + databases.incrementAndGet());
    }

    /** Creates a database with an ordinary login role of the same name, which owns its schema {@code public}. */
    public TestDatabase createDatabase(String name) {
        return TestDatabase.create(this, name);
    }

    /** The certificate of the CA that signed the server's, PEM. */
    public String caPem() {
        return read("tls/ca.crt");
    }

    /** A certificate for {@code CN=commonName} from the CA that the server trusts for its clients. */
    public ClientCertificate clientCertificate(String commonName) {
        ServerScript.run("certificate", state.toString(), commonName);
        return new ClientCertificate(read("tls/" + commonName + ".crt"), read("tls/" + commonName + ".key"));
    }

    /**
     * Puts a line at the head of {@code pg_hba.conf}, effective for every connection made after the return. On a shared
     * server it should name a test's own database.
     *
     * @throws IllegalArgumentException when PostgreSQL finds an error in the line; the file is then as before
     */
    public synchronized void prependHba(String line) throws SQLException {
        Path file = state.resolve("data/pg_hba.conf");
        String before = read("data/pg_hba.conf");
        write(file, line + "\n" + before);
        String error = scalar("SELECT error FROM pg_hba_file_rules WHERE error IS NOT NULL");
        if (error != null) {
            write(file, before);
            throw new IllegalArgumentException("pg_hba.conf: " + line + ": " + error);
        }
        String loaded = scalar("SELECT pg_conf_load_time() FROM pg_reload_conf()");
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    try {
                        return !Objects.equals(loaded, scalar("SELECT pg_conf_load_time()"));
                    } catch (SQLException e) {
                        return "28000".equals(e.getSQLState()); // the line keeps the superuser out, so it is in effect
                    }
                });
    }

    /** Stops without a checkpoint, as a crash does: connections break, the next start recovers. */
    public void stopImmediately() {
        ServerScript.run("stop", state.toString(), "immediate");
    }

    /** Starts the server again after a stop, and returns when it accepts connections. */
    public void start() {
        ServerScript.run("start", state.toString());
    }

    /** Stops the server and removes all that it had. A second call does nothing. */
    @Override
    public void close() {
        held.end();
    }

    private String read(String file) {
        try {
            return Files.readString(state.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
