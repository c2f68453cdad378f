package dev.matview.operator.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on loopback that keeps what it gets, and answers as it is told: with 204 otherwise. */
public final class WebhookReceiver implements AutoCloseable {
    private final List<Request> received = new CopyOnWriteArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final Runnable onRequest;

    private WebhookReceiver(HttpServer server, Runnable onRequest) {
        this.server = server;
        this.onRequest = onRequest;
        server.createContext("/", this::handle);
        server.setExecutor(executor);
        server.start();
    }

    /** Starts one. */
    public static WebhookReceiver start() {
        return start(() -> {});
    }

    /** Starts one that runs this when a request has come, before it is kept and answered. */
    public static WebhookReceiver start(Runnable onRequest) {
        try {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            return new WebhookReceiver(HttpServer.create(address, 0), onRequest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var header = new HashMap<String, String>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> header.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            onRequest.run();
            received.add(new Request(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), header, body));
            Answer answer = answers.poll();
            if (answer == null) {
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            answer.header().forEach(exchange.getResponseHeaders()::set);
            byte[] text = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), text.length == 0 ? -1 : text.length);
            exchange.getResponseBody().write(text);
        }
    }

    /** The next request that has no answer yet gets this one. */
    public void answer(int status, Map<String, String> header, String body) {
        answers.add(new Answer(status, header, body));
    }

    /** What came, in its order. */
    public List<Request> received() {
        return received;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** The URL of a path, with this machine's address. */
    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    /**
     * A request.
     *
     * @param header by names in small letters
     */
    public record Request(String method, String target, Map<String, String> header, String body) {}

    private record Answer(int status, Map<String, String> header, String body) {}
}
