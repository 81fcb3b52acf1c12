package io.backupmx.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Says the same octets to every client, whatever that says, and keeps what it heard. */
final class CannedServer implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket();
    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final String text;
    private final boolean closes;

    private CannedServer(String text, boolean closes) throws IOException {
        this.text = text;
        this.closes = closes;
        listener.bind(new InetSocketAddress(Ports.loopback(), 0));
    }

    static CannedServer saying(String text) {
        return started(text, false);
    }

    static CannedServer sayingAndClosing(String text) {
        return started(text, true);
    }

    private static CannedServer started(String text, boolean closes) {
        try {
            CannedServer server = new CannedServer(text, closes);
            Thread.ofVirtual().start(server::accept);
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** All that one client said until it closed. */
    String heard(Duration timeout) {
        try {
            String words = heard.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (words == null) {
                throw new AssertionError("no client has closed within " + timeout);
            }
            return words;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (SocketException _) {
                return; // closed
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            if (!closes) {
                byte[] words = socket.getInputStream().readAllBytes();
                heard.add(new String(words, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException _) {
            // the client has gone
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
