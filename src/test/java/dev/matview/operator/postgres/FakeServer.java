package dev.matview.operator.postgres;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A peer that is no PostgreSQL: it says as much of the protocol (PostgreSQL manual, chapter "Frontend/Backend
 * Protocol") as it takes to learn what a client would give away, and refuses every login.
 */
public final class FakeServer implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private final ServerSocket listening;
    private final Behaviour behaviour;
    private final CopyOnWriteArrayList<Login> logins = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Socket> accepted = new ConcurrentLinkedQueue<>();

    private FakeServer(Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    }

    /** What the peer does once a client has connected. */
    public enum Behaviour {
        /** Reads nothing, answers nothing. */
        SWALLOW,
        /** Asks for the password in clear. */
        ASK_FOR_CLEAR_TEXT,
        /** Asks for an MD5 hash of the password. */
        ASK_FOR_MD5,
        /** Says that the password is wrong before asking for it. */
        REFUSE
    }

    /**
     * What a client gave away.
     *
     * @param parameters of its startup message, such as user and database
     * @param password its answer, or null when it gave none
     */
    public record Login(
            Map<String, String> parameters, @Nullable String password) {}

    /** Starts one on a free port of 127.0.0.1. */
    public static FakeServer start(Behaviour behaviour) {
        try {
            var server = new FakeServer(behaviour);
            Thread.ofVirtual().start(server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its address. */
    public HostPort address() {
        return new HostPort("127.0.0.1", listening.getLocalPort());
    }

    /** The logins so far. */
    public List<Login> logins() {
        return List.copyOf(logins);
    }

    /** How many have connected so far. */
    public int connections() {
        return accepted.size();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                accepted.add(socket);
                if (behaviour != Behaviour.SWALLOW) {
                    Thread.ofVirtual().start(() -> converse(socket));
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void converse(Socket socket) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            int length = in.readInt();
            int code = in.readInt();
            while (code == SSL_REQUEST || code == GSS_REQUEST) {
                out.writeByte('N');
                length = in.readInt();
                code = in.readInt();
            }
            Map<String, String> parameters = parameters(in.readNBytes(length - 8));
            switch (behaviour) {
                case ASK_FOR_CLEAR_TEXT -> send(out, 'R', new byte[] {0, 0, 0, 3});
                case ASK_FOR_MD5 -> send(out, 'R', new byte[] {0, 0, 0, 5, 1, 2, 3, 4});
                case REFUSE, SWALLOW -> {}
            }
            logins.add(new Login(parameters, behaviour == Behaviour.REFUSE ? null : answer(in)));
            send(out, 'E', "SFATAL\0VFATAL\0C28P01\0Mrefused\0\0".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The client went away, which is its right.
        }
    }

    private static @Nullable String answer(DataInputStream in) throws IOException {
        if (in.read() != 'p') {
            return null;
        }
        byte[] body = in.readNBytes(in.readInt() - 4);
        return new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
    }

    private static Map<String, String> parameters(byte[] message) {
        Iterator<String> words = List.of(new String(message, StandardCharsets.UTF_8).split("\0", -1))
                .iterator();
        var parameters = new TreeMap<String, String>();
        while (words.hasNext()) {
            String name = words.next();
            if (!name.isEmpty() && words.hasNext()) {
                parameters.put(name, words.next());
            }
        }
        return parameters;
    }

    private static void send(DataOutputStream out, char type, byte[] body) throws IOException {
        out.writeByte(type);
        out.writeInt(body.length + 4);
        out.write(body);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }
}
