package io.backupmx.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** An SMTP server that offers STARTTLS, by the JDK's sockets, and does with it as told. It takes all mail and keeps what was said. */
public final class StartTlsServer implements AutoCloseable {

    /** What comes of STARTTLS. */
    public enum Behaviour {
        /** A handshake. */
        GOOD,
        /** Not now: 454. */
        UNWILLING,
        /** The end, without an answer. */
        LEAVING,
        /** Never a word again. */
        HANGING,
        /** 421, and the end. */
        SAYING_421,
        /** 220, and then what is no TLS. */
        GARBAGE,
        /** 220, and the end. */
        CLOSING,
        /** 220, and never a word again. */
        SILENT,
        /** 220, and behind it, in the clear, the answer to a command that is yet to come. */
        INJECTING,
        /** A handshake, and then no password is right. */
        REFUSING_AUTH,
        /** A handshake, and then the end. */
        CLOSING_AFTER,
        /** It is not offered. */
        WITHOUT
    }

    private final ServerSocket server;
    private final SSLContext context;
    private final Behaviour behaviour;
    private final List<String> said = new ArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile List<String> offered = List.of("AUTH PLAIN");
    private volatile boolean played;

    private StartTlsServer(SSLContext context, Behaviour behaviour) throws IOException {
        this.context = context;
        this.behaviour = behaviour;
        this.server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.startVirtualThread(this::accept);
    }

    public static StartTlsServer started(TestCertificate certificate, Behaviour behaviour) {
        try {
            return new StartTlsServer(certificate.server(), behaviour);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Instead of AUTH, from the next EHLO on: through TLS, and in the clear where no TLS is offered. */
    public StartTlsServer offering(String... keywords) {
        offered = List.of(keywords);
        return this;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Every command so far, behind {@code "TLS "} when it came through TLS, and {@code "connect"} for each connection. */
    public List<String> said() {
        synchronized (said) {
            return List.copyOf(said);
        }
    }

    /** Whether some client has met with what comes of STARTTLS here; of a handshake it may itself have broken off. */
    public boolean hasPlayed() {
        return played;
    }

    /** Whether no client is connected. */
    public boolean isIdle() {
        return open.isEmpty();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        open.add(socket);
        add("connect");
        try (socket) {
            say(socket, "220 primary.example ESMTP");
            if (talk(socket, behaviour != Behaviour.WITHOUT, "")) {
                secure(socket);
            }
        } catch (IOException _) {
            // its client's business
        } finally {
            open.remove(socket);
        }
    }

    /** Returns whether TLS is to begin; else the client is gone. */
    private boolean talk(Socket socket, boolean offers, String prefix) throws IOException {
        // What is behind STARTTLS is not to be read here.
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String line;
        while ((line = in.readLine()) != null) {
            add(prefix + line);
            switch (line.split(" ", 2)[0]) {
                case "EHLO" -> {
                    StringBuilder reply = new StringBuilder();
                    (offers ? List.of("STARTTLS") : offered)
                            .forEach(keyword ->
                                    reply.append("250-").append(keyword).append("\r\n"));
                    say(socket, "250-primary.example\r\n" + reply + "250 HELP");
                }
                case "STARTTLS" -> {
                    if (behaviour != Behaviour.UNWILLING) {
                        return true;
                    }
                    played = true;
                    say(socket, "454 4.7.0 TLS not available");
                }
                case "DATA" -> {
                    say(socket, "354 go on");
                    String content = in.readLine();
                    while (content != null && !content.equals(".")) {
                        content = in.readLine();
                    }
                    if (content != null) {
                        add(prefix + content);
                        say(socket, "250 2.0.0 Ok");
                    }
                }
                case "AUTH" -> say(socket, behaviour == Behaviour.REFUSING_AUTH ? "535 5.7.8 No" : "235 2.7.0 Welcome");
                case "QUIT" -> {
                    say(socket, "221 Bye");
                    return false;
                }
                default -> say(socket, "250 Ok");
            }
        }
        return false;
    }

    private void secure(Socket socket) throws IOException {
        if (behaviour != Behaviour.CLOSING_AFTER) {
            played = true;
        }
        switch (behaviour) {
            case GOOD, REFUSING_AUTH, CLOSING_AFTER -> {
                say(socket, "220 go on");
                shakeHands(socket);
            }
            case GARBAGE -> {
                say(socket, "220 go on");
                int _ = socket.getInputStream().read();
                say(socket, "this is no TLS");
            }
            case CLOSING -> say(socket, "220 go on");
            case SILENT -> {
                say(socket, "220 go on");
                var _ = socket.getInputStream().readAllBytes();
            }
            case INJECTING -> {
                say(socket, "220 go on\r\n250 injected");
                shakeHands(socket);
            }
            case LEAVING -> {}
            case HANGING -> {
                var _ = socket.getInputStream().readAllBytes();
            }
            case SAYING_421 -> say(socket, "421 4.3.2 closing");
            case UNWILLING, WITHOUT -> throw new IllegalStateException("never gets here");
        }
    }

    private void shakeHands(Socket socket) throws IOException {
        try (SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true)) {
            secure.setUseClientMode(false);
            secure.startHandshake();
            played = true;
            if (behaviour != Behaviour.CLOSING_AFTER) {
                boolean _ = talk(secure, false, "TLS ");
            }
        }
    }

    private void add(String line) {
        synchronized (said) {
            said.add(line);
        }
    }

    private static void say(Socket socket, String reply) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((reply + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
