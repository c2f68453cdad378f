package dev.matview.operator.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A real Redis server of its own on loopback, with a password, in clear on one port and with TLS on another. It ends with
 * the JVM at the latest, even when that is killed.
 */
public final class RedisServer implements AutoCloseable {
    private final Path folder;
    private final String password = UUID.randomUUID().toString();
    private final int port;
    private final int tlsPort;
    private final Process process;
    private final Process guardian;

    private RedisServer(Path folder) throws IOException {
        this.folder = folder;
        certificates();
        this.port = freePort();
        this.tlsPort = freePort();
        var command = new ArrayList<>(List.of("redis-server", "--bind", "127.0.0.1", "--port", Integer.toString(port)));
        command.addAll(List.of("--tls-port", Integer.toString(tlsPort), "--tls-auth-clients", "no"));
        command.addAll(List.of("--tls-cert-file", path("server.crt"), "--tls-key-file", path("server.key")));
        command.addAll(List.of("--tls-ca-cert-file", path("ca.crt"), "--save", "", "--appendonly", "no"));
        command.addAll(List.of("--dir", folder.toString(), "--enable-debug-command", "yes"));
        command.addAll(List.of("--requirepass", password));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        // Its standard input ends with the tests, however they end.
        guardian = new ProcessBuilder("sh", "-c", "cat >/dev/null; kill -9 " + process.pid()).start();
    }

    /** Starts one. @throws IllegalStateException when there is no redis-server on this machine, or it does not start */
    public static RedisServer start() {
        IllegalStateException last = null;
        // Somebody else may take the port before it does.
        for (int tries = 0; tries < 5; tries++) {
            RedisServer server = create();
            try {
                await("redis-server has started").atMost(Duration.ofSeconds(60)).until(server::answers);
                return server;
            } catch (IllegalStateException e) {
                server.close();
                last = e;
            }
        }
        throw Objects.requireNonNull(last);
    }

    private static RedisServer create() {
        try {
            return new RedisServer(Files.createTempDirectory("matview-redis-"));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "redis-server is not on this machine: install Debian's package redis-server", e);
        }
    }

    private boolean answers() throws IOException {
        String said = Files.readString(folder.resolve("log"));
        if (!process.isAlive()) {
            throw new IllegalStateException("redis-server: " + said);
        }
        return said.contains("Ready to accept connections");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void certificates() throws IOException {
        run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.crt");
        run("openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr");
        Files.writeString(folder.resolve("names"), "subjectAltName=DNS:localhost");
        run("openssl x509 -req -days 2 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names"
                + " -out server.crt");
    }

    private void run(String command) throws IOException {
        var done = new ProcessBuilder(command.split(" ", -1))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(done.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (done.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String path(String file) {
        return folder.resolve(file).toString();
    }

    /** In clear. */
    public int port() {
        return port;
    }

    /** With TLS, under a certificate for {@code localhost} alone. */
    public int tlsPort() {
        return tlsPort;
    }

    /** Of the default user. */
    public String password() {
        return password;
    }

    /** The certificate of the authority that issued the server's, PEM. */
    public String caPem() {
        try {
            return Files.readString(folder.resolve("ca.crt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What redis-cli prints for a command in a database. */
    public String ask(int database, String... command) {
        var line =
                new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(port), "-n", Integer.toString(database)));
        line.addAll(List.of(command));
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("REDISCLI_AUTH", password);
        try {
            return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it and removes all that it had. */
    @Override
    public void close() {
        process.destroyForcibly();
        try (Stream<Path> files = Files.walk(folder)) {
            process.waitFor();
            guardian.destroyForcibly();
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
