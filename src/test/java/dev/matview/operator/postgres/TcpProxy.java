package dev.matview.operator.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and a server: counts connections, cuts them without a word of the protocol, or swallows all. */
public final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final HostPort target;
    private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean swallowing;

    private TcpProxy(HostPort target) throws IOException {
        this.target = target;
        listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    }

    /** Starts one on a free port of 127.0.0.1. */
    public static TcpProxy to(HostPort target) {
        try {
            var proxy = new TcpProxy(target);
            Thread.ofVirtual().start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its address. */
    public HostPort address() {
        return new HostPort("127.0.0.1", listening.getLocalPort());
    }

    /** How many have connected so far. */
    public int connections() {
        return connections.get();
    }

    /** Closes every connection on both sides. */
    public void cut() {
        for (Socket socket : sockets) {
            closeQuietly(socket);
        }
    }

    /** From now on nothing passes in either direction, as behind a firewall that drops packets. */
    public void swallow() {
        swallowing = true;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                connections.incrementAndGet();
                var server = new Socket(target.host(), target.port());
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> copy(client, server));
                Thread.ofVirtual().start(() -> copy(server, client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void copy(Socket from, Socket to) {
        var buffer = new byte[8_192];
        try (from;
                to) {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                if (!swallowing) {
                    to.getOutputStream().write(buffer, 0, read);
                }
            }
        } catch (IOException e) {
            // Cut, or closed by either side.
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
