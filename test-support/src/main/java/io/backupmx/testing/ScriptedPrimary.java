package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A primary MX on 127.0.0.1, or on another address of this machine, that does what its {@link Script} says, can be stopped and started again on its port, and records
 * all that it sees: mails octet by octet, connections, and {@link #violations} of SMTP by its clients. Blocking sockets on
 * virtual threads; every method may be called from any thread at any time.
 */
public final class ScriptedPrimary implements AutoCloseable {

    private static final int BACKLOG = 1000;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TO_BE_FREE = Duration.ofSeconds(2);

    /** Until its thread has ended the port is not free: closing a socket waits for those who use it. */
    private record Listening(ServerSocket socket, Thread thread) {}

    private final InetAddress address;
    private final int port;
    private final PrimaryRecord record = new PrimaryRecord();
    private final List<PrimarySession> sessions = new ArrayList<>();
    private volatile Script script = Script.acceptAll();
    private Optional<Listening> listening = Optional.empty();

    private ScriptedPrimary(InetAddress address, int port) {
        this.address = address;
        this.port = port;
    }

    /** One that runs, on a free port. */
    public static ScriptedPrimary started() {
        ScriptedPrimary primary = stopped();
        primary.start();
        return primary;
    }

    /** One that does not run yet: nobody listens on its port. */
    public static ScriptedPrimary stopped() {
        return on(Ports.free());
    }

    /** One that does not run yet, for this port. */
    public static ScriptedPrimary on(int port) {
        return new ScriptedPrimary(Ports.loopback(), port);
    }

    /** One that does not run yet, for this port of such as 127.0.0.2: hosts that have one port in common. */
    public static ScriptedPrimary on(String address, int port) {
        return new ScriptedPrimary(InetAddress.ofLiteral(address), port);
    }

    public int port() {
        return port;
    }

    /** Behaves like this from the next command on, in sessions that are open, too. */
    public ScriptedPrimary play(Script script) {
        record.nothingPlayed();
        this.script = script;
        return this;
    }

    /**
     * Rules of the script, as text, that have not decided anything since it is played; one that waits for octets of a content has once
     * they have come. Empty: all that is in it has happened, as far as a client was there to see it.
     */
    public List<String> unplayed() {
        return script.rules().stream()
                .filter(rule -> !record.hasPlayed(rule))
                .map(Script.Rule::toString)
                .toList();
    }

    /**
     * Keeps no mail from now on, so that any number may come: each that is taken is given to {@code intact}, and is a
     * violation if it is not.
     */
    public ScriptedPrimary keepingNothing(Predicate<ReceivedMail> intact) {
        record.check(intact);
        return this;
    }

    /** Listens; does nothing when it does already. */
    public synchronized void start() {
        if (listening.isPresent()) {
            return;
        }
        try {
            ServerSocket socket = bound();
            Thread thread = Thread.ofVirtual().name("primary-" + port).start(() -> accept(socket));
            listening = Optional.of(new Listening(socket, thread));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address + ":" + port, e);
        }
    }

    /** A program that is being started may hold the socket of before for a moment longer than we did. */
    private ServerSocket bound() throws IOException {
        Deadline deadline = Deadline.in(TO_BE_FREE);
        while (true) {
            ServerSocket socket = new ServerSocket();
            try {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(address, port), BACKLOG);
                return socket;
            } catch (BindException e) {
                socket.close();
                if (deadline.isOver()) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        }
    }

    /** Stops listening and closes all connections, as a server that is killed; returns when all sessions have ended. */
    public void stop() {
        List<PrimarySession> open;
        Optional<Listening> before;
        synchronized (this) {
            before = listening;
            listening = Optional.empty();
            before.ifPresent(ScriptedPrimary::close);
            open = List.copyOf(sessions);
        }
        before.ifPresent(ScriptedPrimary::join);
        open.forEach(PrimarySession::stop);
        await(() -> record.open() == 0, STOP_TIMEOUT, "all sessions ended");
    }

    private void accept(ServerSocket socket) {
        while (true) {
            try {
                begin(socket, socket.accept());
            } catch (IOException e) {
                if (socket.isClosed()) {
                    return;
                }
                throw new UncheckedIOException(e);
            }
        }
    }

    private synchronized void begin(ServerSocket from, Socket accepted) throws IOException {
        if (from.isClosed()) {
            accepted.close();
            return;
        }
        record.client(accepted.getInetAddress().getHostAddress());
        PrimarySession session = new PrimarySession(Wire.accepted(accepted), record.connected(), record, () -> script);
        sessions.add(session);
        Thread.ofVirtual().start(() -> {
            try {
                session.run();
            } finally {
                ended(session);
            }
        });
    }

    private synchronized void ended(PrimarySession session) {
        sessions.remove(session);
        record.disconnected(session.connection());
    }

    private static void close(Listening listening) {
        try {
            listening.socket().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void join(Listening listening) {
        try {
            if (!listening.thread().join(STOP_TIMEOUT)) {
                throw new AssertionError("the listener is still there " + STOP_TIMEOUT + " after it was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while stopping", e);
        }
    }

    /** Mails it has taken (answered 2xx), in the order of their answers. */
    public List<ReceivedMail> mails() {
        return record.mails().stream().filter(ReceivedMail::accepted).toList();
    }

    /** All mails that reached their content: taken, refused, unanswered and cut. */
    public List<ReceivedMail> attempts() {
        return record.mails();
    }

    /** How many mails it has taken. */
    public int mailCount() {
        return record.accepted();
    }

    /** Returns once at least {@code count} mails are taken; all that are. */
    public List<ReceivedMail> awaitMails(int count, Duration timeout) {
        await(() -> record.accepted() >= count, timeout, count + " mails");
        return mails();
    }

    /** Returns once at least {@code count} mails are taken, kept or not. */
    public void awaitMailCount(int count, Duration timeout) {
        await(() -> record.accepted() >= count, timeout, count + " mails");
    }

    /** Returns once at least {@code count} MAIL commands have come. */
    public void awaitTransactions(int count, Duration timeout) {
        await(() -> record.transactions() >= count, timeout, count + " transactions");
    }

    /** Returns once at least {@code count} mails have reached their content and ended in whatever way; all that have. */
    public List<ReceivedMail> awaitAttempts(int count, Duration timeout) {
        await(() -> record.mails().size() >= count, timeout, count + " attempts");
        return attempts();
    }

    /** Returns once {@code count} connections in all have come. */
    public void awaitConnections(int count, Duration timeout) {
        await(() -> record.connections() >= count, timeout, count + " connections");
    }

    /** Returns once no connection is open. */
    public void awaitIdle(Duration timeout) {
        await(() -> record.open() == 0, timeout, "no open connection");
    }

    private void await(BooleanSupplier condition, Duration timeout, String what) {
        if (!record.await(condition, timeout)) {
            throw new AssertionError("waited %s for %s at %s".formatted(timeout, what, this));
        }
    }

    /** Forgets mails and violations seen so far; numbers of connections and transactions go on. */
    public void forget() {
        record.forget();
    }

    /** Where its connections came from, in their order. */
    public List<String> clients() {
        return record.clients();
    }

    /** The lines of XFORWARD and AUTH so far. */
    public List<String> said() {
        return record.said();
    }

    /** What its clients did against SMTP, such as a bare LF, a parameter that was not offered, or talk out of turn. */
    public List<String> violations() {
        return record.violations();
    }

    /** All that its clients have done since it was made. */
    public Traffic traffic() {
        return record.traffic();
    }

    /** Connections so far. */
    public int connections() {
        return record.connections();
    }

    /** Connections open now. */
    public int openConnections() {
        return record.open();
    }

    /** The most connections that were open at once. */
    public int maxOpenConnections() {
        return record.mostOpen();
    }

    /** EHLO commands so far. */
    public int ehlos() {
        return record.ehlos();
    }

    /** HELO commands so far. */
    public int helos() {
        return record.helos();
    }

    /** MAIL commands so far. */
    public int transactions() {
        return record.transactions();
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return "primary on %d: %d mails taken, %d attempts, %d transactions, %d connections (%d open), violations %s"
                .formatted(
                        port,
                        mailCount(),
                        attempts().size(),
                        transactions(),
                        connections(),
                        openConnections(),
                        violations());
    }
}
