package dev.matview.operator.hook;

import dev.matview.operator.net.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/**
 * An open connection that is cut when its time is over, whatever it is at then: a peer that sends a byte now and then
 * gains nothing.
 */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final Thread cutter;
    private Socket top;

    Wire(Socket socket, Deadline end) {
        this.socket = socket;
        this.top = socket;
        this.cutter = Thread.ofVirtual().name("hook-cutter").start(() -> cut(end));
    }

    private void cut(Deadline end) {
        try {
            Duration left = end.remaining();
            if (left.isPositive()) {
                Thread.sleep(left);
            }
            // TLS would first say goodbye, to whoever does not listen.
            socket.close();
        } catch (InterruptedException | IOException e) {
            // It was closed before, or by this.
            Thread.currentThread().interrupt();
        }
    }

    /** The same with another socket on top of the first. */
    Wire over(Socket secured) {
        top = secured;
        return this;
    }

    InputStream input() throws IOException {
        return top.getInputStream();
    }

    OutputStream output() throws IOException {
        return top.getOutputStream();
    }

    @Override
    public void close() {
        cutter.interrupt();
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is lost: all that counts was read before.
            cutter.interrupt();
        }
    }
}
