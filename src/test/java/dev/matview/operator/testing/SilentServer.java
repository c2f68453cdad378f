package dev.matview.operator.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on loopback that takes connections, says one thing on each, if anything, and then nothing more. */
public final class SilentServer implements AutoCloseable {
    private final ServerSocket server;
    private final String words;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    private SilentServer(ServerSocket server, String words) {
        this.server = server;
        this.words = words;
        Thread.ofVirtual().start(this::accept);
    }

    /** One that never says anything. */
    public static SilentServer start() {
        return saying("");
    }

    /** One that says that, whatever it is asked. */
    public static SilentServer saying(String words) {
        try {
            return new SilentServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connections.add(connection);
                say(connection);
            }
        } catch (IOException e) {
            // It was closed.
            close();
        }
    }

    private void say(Socket connection) {
        try {
            connection.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // The other side has heard enough.
            connections.remove(connection);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** So many connections were made. */
    public int connections() {
        return connections.size();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
