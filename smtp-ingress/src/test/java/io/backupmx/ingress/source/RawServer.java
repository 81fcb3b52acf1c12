package io.backupmx.ingress.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that no web server would be: it says what it was told to, in whatever time, and closes. */
final class RawServer implements AutoCloseable {

    interface Speech {
        void to(OutputStream client) throws IOException;
    }

    private final ServerSocket listening;
    private final Speech speech;

    private RawServer(ServerSocket listening, Speech speech) {
        this.listening = listening;
        this.speech = speech;
        Thread.ofVirtual().start(this::serve);
    }

    static RawServer saying(String text) {
        return saying(client -> client.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    static RawServer saying(Speech speech) {
        try {
            return new RawServer(new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")), speech);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort() + "/list";
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (Socket client = listening.accept();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    // the request means nothing here
                }
                speech.to(client.getOutputStream());
            } catch (IOException _) {
                // the client has gone, or we are closed
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
