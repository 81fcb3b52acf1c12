package io.backupmx.worker.delivery;

import io.backupmx.config.WorkerConfig;
import io.backupmx.routing.MailHost;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TlsDemand;
import io.backupmx.worker.gate.RouteGate;
import io.backupmx.worker.retry.BackOffTable;
import io.backupmx.worker.retry.BackOffTable.BackOff;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * One set of mail hosts: the connections to it, who delivers over them, and who waits for one. It never holds more than a few
 * mails, so that it cannot use up the route's places, and fewer still until it has answered once. Safe from any thread.
 */
final class Destination {

    /** More addresses than a sane set of hosts has. */
    private static final int MAX_ADDRESSES = 16;

    /** RFC 5321 §5.1: at least two are tried. Further ones only as long as it is not hopeless. */
    private static final int MIN_ADDRESSES = 2;

    private static final Duration CONNECTING = Duration.ofMinutes(1);

    /** Mails in hand that wait for a connection. */
    private static final int MAX_WAITING = 40;

    private static final int MAX_WAITING_UNKNOWN = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Roughly what a destination takes in a second: the more were turned away, the later they may come again. */
    private static final int TURNED_AWAY_PER_SECOND = 50;

    private static final Duration MAX_TURNED_AWAY = Duration.ofMinutes(1);

    private final String name;
    private final MxParts parts;
    private final WorkerConfig worker;
    private final IntSupplier limit;
    private final RouteGate gate;
    private final Connections connections;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    private final String suffix;
    private volatile MxWay way;
    private int inside;
    private int waiting;
    private int turnedAway;
    private boolean known;
    private boolean aborted;

    /** @param limit deliveries at once, when it is known to answer */
    Destination(MxWay way, MxParts parts, WorkerConfig worker, IntSupplier limit) {
        this.name = way.name();
        this.suffix = way.suffix();
        this.way = way;
        this.parts = parts;
        this.worker = worker;
        this.limit = limit;
        this.gate = new DestinationGate(limit);
        this.connections = new Connections(this::connect, worker.idleTimeout(), worker.mailsPerConnection(), limit);
    }

    String name() {
        return name;
    }

    RouteGate gate() {
        return gate;
    }

    Connections connections() {
        return connections;
    }

    /** What the DNS says now, under the same {@link #name}. */
    void way(MxWay newest) {
        way = newest;
    }

    /** Blocks until there is room for one more delivery. @return whether there is; if so, {@link #leave} must follow */
    boolean enter() throws InterruptedException {
        lock.lock();
        try {
            if (!hasRoom() && waiting < (known ? MAX_WAITING : MAX_WAITING_UNKNOWN)) {
                awaitRoom();
            }
            if (aborted || !hasRoom()) {
                turnedAway++;
                return false;
            }
            inside++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom() throws InterruptedException {
        long left = PATIENCE.toNanos();
        waiting++;
        try {
            while (!aborted && !hasRoom() && left > 0) {
                left = free.awaitNanos(left);
            }
        } finally {
            waiting--;
        }
    }

    private boolean hasRoom() {
        return inside < (known ? limit.getAsInt() : 1);
    }

    void leave() {
        lock.lock();
        try {
            inside--;
            turnedAway = inside == 0 && waiting == 0 ? 0 : Math.max(0, turnedAway - 1);
            free.signal();
        } finally {
            lock.unlock();
        }
    }

    /** How long whoever was turned away should stay away. */
    Duration congestion() {
        lock.lock();
        try {
            Duration wait = Duration.ofSeconds(1 + turnedAway / TURNED_AWAY_PER_SECOND);
            return wait.compareTo(MAX_TURNED_AWAY) < 0 ? wait : MAX_TURNED_AWAY;
        } finally {
            lock.unlock();
        }
    }

    private void isKnown() {
        lock.lock();
        try {
            known = true;
            free.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Until when it is left alone: it itself, or every single one of its addresses. */
    Optional<BackOff> backOff() {
        return parts.backOffs().of(name).or(this::backOffOfAll);
    }

    private Optional<BackOff> backOffOfAll() {
        List<SocketAddress> all = addresses();
        List<BackOff> known = all.stream()
                .map(address -> parts.backOffs().of(name(address)))
                .flatMap(Optional::stream)
                .toList();
        return known.size() < all.size() ? Optional.empty() : soonest(known.stream());
    }

    /** When something may be tried again after an attempt that found nobody; empty when at once. */
    Optional<BackOff> soonest() {
        return soonest(Stream.concat(
                parts.backOffs().of(name).stream(),
                addresses().stream()
                        .map(address -> parts.backOffs().of(name(address)))
                        .flatMap(Optional::stream)));
    }

    private static Optional<BackOff> soonest(Stream<BackOff> all) {
        return all.min(Comparator.comparing(BackOff::until));
    }

    static String text(BackOff backOff) {
        return "destination in back-off until " + backOff.until().truncatedTo(ChronoUnit.SECONDS) + ": "
                + backOff.why();
    }

    /** The first address that takes mail, but for those that are left alone now. */
    private ConnectResult connect() {
        BackOffTable backOffs = parts.backOffs();
        long hopeless = System.nanoTime() + CONNECTING.toNanos();
        List<BackOff> leftAlone = new ArrayList<>();
        ConnectResult last = new ConnectResult.Unreachable("no address");
        int tried = 0;
        for (SocketAddress address : addresses()) {
            if (tried >= MIN_ADDRESSES && System.nanoTime() - hopeless > 0) {
                break;
            }
            Optional<BackOff> backOff = backOffs.begin(name(address));
            if (backOff.isPresent()) {
                leftAlone.add(backOff.get());
                continue;
            }
            tried++;
            ConnectResult result = parts.client().connect(address, worker.connectTimeout(), demand(address));
            if (result instanceof ConnectResult.Connected(SmtpConnection connection) && connection.isNamedAsWe()) {
                return ourselves(connection, address);
            }
            if (result instanceof ConnectResult.Connected) {
                parts.answered(name(address));
                isKnown();
                return result;
            }
            if (Thread.currentThread().isInterrupted()) {
                backOffs.untried(name(address));
                return result;
            }
            parts.failed(name(address), why(result));
            last = result;
        }
        return tried > 0
                ? last
                : soonest(leftAlone.stream())
                        .<ConnectResult>map(backOff -> new ConnectResult.Unreachable(text(backOff)))
                        .orElse(last);
    }

    /**
     * NAT or an alias hid it from the loop guard; delivered, the mail would be here again, until it has gone round too often.
     * Whoever follows is preferred less than we are, so none of them is asked, now or as long as this is remembered.
     */
    private ConnectResult ourselves(SmtpConnection connection, SocketAddress address) {
        connection.abort();
        parts.backOffs().untried(name(address));
        String why = connection.peer() + " goes by our own name: list it in mx.self";
        parts.loopsBack(name(), why);
        return new ConnectResult.Unreachable(why);
    }

    private TlsDemand demand(SocketAddress address) {
        MxWay now = way;
        return parts.tls().ofExchanger(now.tls(), now.domain(), String.valueOf(address.host()), address.port());
    }

    private static String why(ConnectResult result) {
        return switch (result) {
            case ConnectResult.Unreachable(String why) -> why;
            case ConnectResult.Unhealthy(String why, boolean _) -> why;
            case ConnectResult.Connected _ -> "";
        };
    }

    private List<SocketAddress> addresses() {
        int port = parts.config().port();
        return way.hosts().hosts().stream()
                .flatMap(MailHost::named)
                .limit(MAX_ADDRESSES)
                .map(address -> SocketAddress.inetSocketAddress(new InetSocketAddress(address, port)))
                .toList();
    }

    /** Of an address in the table: whatever hosts have it. */
    private String name(SocketAddress address) {
        return "[" + address.hostAddress() + "]:" + address.port() + suffix;
    }

    /** For good. */
    void abort() {
        lock.lock();
        try {
            aborted = true;
            free.signalAll();
        } finally {
            lock.unlock();
        }
        connections.abort();
    }
}
