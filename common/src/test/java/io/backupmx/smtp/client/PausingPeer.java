package io.backupmx.smtp.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Leads one client into the content, pauses there until told to read on, and then reads until the client has closed. */
final class PausingPeer implements AutoCloseable {

    private static final int SMALL_WINDOW_BYTES = 4096;

    private final ServerSocket listener;
    private final CountDownLatch paused = new CountDownLatch(1);
    private final CountDownLatch readOn = new CountDownLatch(1);
    private final CompletableFuture<String> content = new CompletableFuture<>();

    PausingPeer() {
        try {
            listener = new ServerSocket();
            listener.setReceiveBufferSize(SMALL_WINDOW_BYTES); // so that the client's system does not get rid of much
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::serve);
    }

    private void serve() {
        try (Socket socket = listener.accept()) {
            InputStream in = socket.getInputStream();
            say(socket, "220 hi\r\n");
            String line = line(in);
            while (!line.equals("DATA")) {
                say(socket, "250 ok\r\n");
                line = line(in);
            }
            say(socket, "354 go on\r\n");
            in.skipNBytes(SMALL_WINDOW_BYTES);
            paused.countDown();
            readOn.await();
            content.complete(rest(in));
        } catch (IOException | InterruptedException e) {
            content.completeExceptionally(e);
        }
    }

    private static void say(Socket socket, String reply) throws IOException {
        socket.getOutputStream().write(reply.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("closed before DATA");
            }
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    /** Up to the end, however it comes. */
    private static String rest(InputStream in) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try {
            in.transferTo(octets);
        } catch (IOException e) {
            octets.writeBytes(" (reset)".getBytes(StandardCharsets.ISO_8859_1));
        }
        return octets.toString(StandardCharsets.ISO_8859_1);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Blocks until the content is on its way and this pauses. */
    void awaitPause() {
        try {
            paused.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What came of the content, now that it is read. */
    String readOn(Duration limit) throws Exception {
        readOn.countDown();
        return content.get(limit.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        readOn.countDown();
        listener.close();
    }
}
