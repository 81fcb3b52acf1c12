package io.backupmx.smtp.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** Answers each line of one client with the next canned reply, whatever the line says: for peers no script would play. */
final class CannedPeer implements AutoCloseable {

    private final ServerSocket listener;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    /** @param replies the greeting first; an empty one is no answer */
    CannedPeer(List<String> replies) {
        try {
            listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(() -> serve(replies));
    }

    private void serve(List<String> replies) {
        try (Socket socket = listener.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            for (String reply : replies) {
                if (!reply.isEmpty()) {
                    socket.getOutputStream().write((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
                }
                String line = in.readLine();
                if (line == null) {
                    ended.complete(true);
                    return;
                }
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("lost: " + e.getMessage());
            ended.complete(true);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The lines that have come. */
    BlockingQueue<String> lines() {
        return lines;
    }

    /** Done, with true, when the client has closed before the replies were used up. */
    CompletableFuture<Boolean> ended() {
        return ended;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
