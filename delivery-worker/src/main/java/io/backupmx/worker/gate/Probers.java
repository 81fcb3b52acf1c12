package io.backupmx.worker.gate;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the hosts of routes that are down whether they are back, each host and port once, however many routes name it.
 * The connection of the probe that was greeted well is handed on, so that the first mail need not make another.
 *
 * <p>Polite and bounded: the next probe of a host starts when the previous has ended; so many probes start in a second and no
 * more, the longest waiting first. One thread for all that wait, and a virtual one for each probe that is going on.
 */
public final class Probers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Probers.class);

    /**
     * Probes at once, and so sockets. A silent host holds its place for as long as a greeting is awaited: 50 a second for
     * 62 s are 3100, so hosts that are silent before their greeting never keep others waiting.
     */
    static final int MAX_GOING = 4096;

    /** The rate allowed may change at any time. */
    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();

    /** Who wants to know of a route. Called on a probe's thread; a call may still be going on when {@link #stop} returns. */
    public interface Listener {

        /**
         * A host of the route was greeted well; it is probed no more.
         *
         * @param connection to be used or closed; empty when another route of that host got it
         */
        void answered(Optional<SmtpConnection> connection);

        /**
         * Every host of the route has been probed in vain, once more.
         *
         * @param next when one of them is probed again, if all goes on like that
         */
        void failed(Trouble trouble, Instant next);
    }

    private final Function<NextHop, ConnectResult> probe;
    private final DoubleSupplier perSecond;
    private final InstantSource clock;
    private final ProbeQueue queue;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Route, Asked> asked = new LinkedHashMap<>();
    private final Map<NextHop, List<Route>> routes = new HashMap<>();
    private final Map<NextHop, Probe> going = new HashMap<>();
    private final long origin = System.nanoTime();
    private boolean closed;

    /** A route that is down, and what its hosts have said since it was last told. */
    private record Asked(Listener listener, List<NextHop> hops, Map<NextHop, Trouble> found) {}

    /** One that is going on. */
    private static final class Probe {
        final NextHop hop;
        final Thread thread;
        boolean unwanted;

        Probe(NextHop hop, Consumer<Probe> run) {
            this.hop = hop;
            this.thread = Thread.ofVirtual().name("probe").unstarted(() -> run.accept(this));
        }
    }

    /**
     * @param probe resolves names, connects, awaits greeting and EHLO; blocks, ended by an interrupt
     * @param perSecond how many probes may start in a second in all; asked often, must not block
     */
    public Probers(
            Function<NextHop, ConnectResult> probe,
            ProbeSchedule schedule,
            DoubleSupplier perSecond,
            RandomGenerator random,
            InstantSource clock) {
        this.probe = probe;
        this.perSecond = perSecond;
        this.clock = clock;
        this.queue = new ProbeQueue(schedule, random, MAX_GOING);
        Thread.ofPlatform().daemon().name("probers").start(this::startProbes);
    }

    /** {@code route} is down. Does nothing while it is being probed already. */
    public void start(Route route, GateState.Down down, Listener listener) {
        Duration downFor = Duration.between(down.since(), clock.instant());
        change(() -> {
            List<NextHop> hops = route.nextHops().stream().distinct().toList();
            if (closed || asked.putIfAbsent(route, new Asked(listener, hops, new HashMap<>())) != null) {
                return;
            }
            for (NextHop hop : hops) {
                routes.computeIfAbsent(hop, _ -> new ArrayList<>()).add(route);
                queue.add(hop, firstPace(down), down.unhealthyInRow(), atLeastZero(downFor), now());
            }
        });
    }

    /**
     * What a delivery met tells little of who is there: a host that dies under our mail is unwell first, and then silent, and
     * it may be back in a second. So the first probe comes soon; what it finds sets the pace, and so does a relapse.
     */
    private static Trouble.Kind firstPace(GateState.Down down) {
        return down.unhealthyInRow() > 1 ? down.trouble().kind() : Trouble.Kind.NO_ANSWER;
    }

    /** Nobody wants to know of {@code route} any more. Probes that only it wanted are ended. */
    public void stop(Route route) {
        change(() -> forget(route));
    }

    /** Probes the hosts of {@code route}, if it is down, before all others, and as often as if it had just gone down. */
    public void flush(Route route) {
        change(() -> {
            Asked known = asked.get(route);
            if (known != null) {
                known.hops().forEach(hop -> queue.hurry(hop, now()));
            }
        });
    }

    /** The same for all routes, each in its turn. */
    public void flush() {
        change(() -> routes.keySet().forEach(hop -> queue.hurry(hop, now())));
    }

    @Override
    public void close() {
        change(() -> {
            closed = true;
            List.copyOf(asked.keySet()).forEach(this::forget);
        });
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Route route) {
        Asked known = asked.remove(route);
        if (known == null) {
            return;
        }
        for (NextHop hop : known.hops()) {
            List<Route> others = routes.getOrDefault(hop, List.of());
            others.remove(route);
            if (others.isEmpty()) {
                routes.remove(hop);
                queue.remove(hop);
                Probe running = going.get(hop);
                if (running != null) {
                    running.unwanted = true;
                    running.thread.interrupt();
                }
            }
        }
    }

    private void startProbes() {
        lock.lock();
        try {
            while (!closed) {
                double rate = perSecond.getAsDouble();
                Optional<NextHop> hop = queue.start(now(), rate);
                if (hop.isPresent()) {
                    Probe started = new Probe(hop.get(), this::run);
                    going.put(started.hop, started);
                    started.thread.start();
                } else {
                    OptionalLong wait = queue.waitBeforeStart(now(), rate);
                    var _ = changed.awaitNanos(Math.clamp(wait.orElse(LOOK_AGAIN), 1, LOOK_AGAIN));
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            lock.unlock();
        }
    }

    private void run(Probe mine) {
        ConnectResult result = ask(mine.hop);
        List<Runnable> calls = new ArrayList<>();
        change(() -> {
            going.remove(mine.hop);
            if (mine.unwanted) {
                queue.ended(mine.hop, now());
                calls.add(() -> discard(result));
                return;
            }
            switch (result) {
                case ConnectResult.Connected(SmtpConnection connection) -> answered(mine.hop, connection, calls);
                case ConnectResult.Unreachable(String why) ->
                    failed(mine.hop, new Trouble(Trouble.Kind.NO_ANSWER, why), calls);
                case ConnectResult.Unhealthy(String why, boolean _) ->
                    failed(mine.hop, new Trouble(Trouble.Kind.UNHEALTHY, why), calls);
            }
        });
        calls.forEach(Runnable::run);
    }

    private void answered(NextHop hop, SmtpConnection connection, List<Runnable> calls) {
        Optional<SmtpConnection> forOne = Optional.of(connection);
        for (Route route : List.copyOf(routes.getOrDefault(hop, List.of()))) {
            Asked told = asked.get(route);
            if (told != null) {
                Optional<SmtpConnection> given = forOne;
                calls.add(() -> answered(told.listener(), given));
                forOne = Optional.empty();
            }
            forget(route);
        }
        queue.ended(hop, now());
    }

    /** A listener that fails must not keep others from hearing. */
    private static void answered(Listener listener, Optional<SmtpConnection> connection) {
        try {
            listener.answered(connection);
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("a good probe came to nothing");
            connection.ifPresent(SmtpConnection::abort);
        }
    }

    private void failed(NextHop hop, Trouble trouble, List<Runnable> calls) {
        queue.ended(hop, trouble.kind(), now());
        for (Route route : routes.getOrDefault(hop, List.of())) {
            Asked told = asked.get(route);
            if (told == null) {
                continue;
            }
            told.found().put(hop, trouble);
            if (told.found().size() == told.hops().size()) {
                Trouble worst = worst(told);
                Instant next = next(told);
                told.found().clear();
                calls.add(() -> failed(told.listener(), worst, next));
            }
        }
    }

    private static void failed(Listener listener, Trouble trouble, Instant next) {
        try {
            listener.failed(trouble, next);
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("a failed probe was not heard of");
        }
    }

    /** Somebody unwell says more than nobody there; of equals the one the route names first. */
    private static Trouble worst(Asked told) {
        List<Trouble> all = told.hops().stream().map(told.found()::get).toList();
        return all.stream()
                .filter(trouble -> trouble.kind() == Trouble.Kind.UNHEALTHY)
                .findFirst()
                .orElse(all.getFirst());
    }

    private Instant next(Asked told) {
        long now = now();
        double rate = perSecond.getAsDouble();
        long due = told.hops().stream()
                .map(hop -> queue.expected(hop, now, rate))
                .flatMapToLong(OptionalLong::stream)
                .min()
                .orElse(now);
        return clock.instant().plusNanos(Math.max(0, due - now));
    }

    /** A surprise must not end the probing: the route would stay down for ever. */
    private ConnectResult ask(NextHop hop) {
        try {
            return probe.apply(hop);
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).addKeyValue("next_hop", hop).log("probe failed unexpectedly");
            return new ConnectResult.Unhealthy("internal error", false);
        }
    }

    private static void discard(ConnectResult result) {
        if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
            connection.abort();
        }
    }

    private static Duration atLeastZero(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private long now() {
        return System.nanoTime() - origin;
    }
}
