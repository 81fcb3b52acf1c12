package io.backupmx.worker.cluster;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.cluster.GateBoard;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.SpoolException;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.gate.GateState;
import io.backupmx.worker.gate.Probers;
import io.backupmx.worker.gate.Trouble;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the gates of the routes whose locks this worker holds: counts what all workers meet there, probes what is down, and
 * publishes where each route stands. A new keeper goes on from what the former has published.
 */
final class Keeper implements KeptRoute.Consequences {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final long AGAIN_MILLIS = 500;

    private final ClusterBus bus;
    private final Shards shards;
    private final GateRules rules;
    private final Probers probers;
    private final InstantSource clock;
    private final Function<Route, RouteView> views;
    private final BiConsumer<Route, SmtpConnection> onProbed;
    private final GateLog log;
    private final ToIntFunction<Route> connections;
    private final IntConsumer onReady;

    /** Epochs of the shards that are ready; a lock whose values are still being read is not among them. */
    private final Map<Integer, Long> held;

    private final Map<Integer, Long> acquired = new ConcurrentHashMap<>();
    private final Map<Route, KeptRoute> kept = new ConcurrentHashMap<>();
    private final Set<KeptRoute> reportedOf = ConcurrentHashMap.newKeySet();
    private final Strangers strangers = new Strangers();
    private final Wished wished = new Wished();
    private final Set<KeptRoute> throttled = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean moved = new AtomicBoolean();

    /**
     * @param held is kept up to date for whoever wants to know
     * @param onProbed takes over the connection of a probe that was answered
     * @param connections of this worker that are delivering
     * @param onReady told of each shard whose routes are kept from now on
     */
    Keeper(
            Map<Integer, Long> held,
            ClusterBus bus,
            Shards shards,
            GateRules rules,
            Probers probers,
            InstantSource clock,
            Function<Route, RouteView> views,
            BiConsumer<Route, SmtpConnection> onProbed,
            GateLog log,
            ToIntFunction<Route> connections,
            IntConsumer onReady) {
        this.held = held;
        this.bus = bus;
        this.shards = shards;
        this.rules = rules;
        this.probers = probers;
        this.clock = clock;
        this.views = views;
        this.onProbed = onProbed;
        this.log = log;
        this.connections = connections;
        this.onReady = onReady;
    }

    /** The lock is held; the gates are kept as soon as the former keeper's word has been read. */
    void acquired(int shard, long epoch) {
        acquired.put(shard, epoch);
        Thread.ofVirtual().name("keeper-" + shard).start(() -> takeOver(shard, epoch));
    }

    private void takeOver(int shard, long epoch) {
        while (isStillMine(shard, epoch)) {
            try {
                Map<String, String> values = bus.published(shard);
                values.values().forEach(value -> Facts.parse(value).ifPresent(facts -> restore(facts, shard, epoch)));
                synchronized (this) {
                    if (!isStillMine(shard, epoch)) {
                        return; // whoever lost it has forgotten what was read; it may have been acquired anew since
                    }
                    held.put(shard, epoch);
                }
                onReady.accept(shard);
                wished.take(route -> shards.of(route) == shard, clock.instant()).forEach(this::flush);
                return;
            } catch (SpoolException e) {
                LOG.atDebug().setCause(e).addKeyValue("shard", shard).log("former keeper's word not read yet");
            } catch (RuntimeException | Error e) {
                LOG.atError().setCause(e).addKeyValue("shard", shard).log("former keeper's word not read");
            }
            try {
                Thread.sleep(AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isStillMine(int shard, long epoch) {
        return acquired.getOrDefault(shard, -1L) == epoch;
    }

    /** Where the former keeper had it. */
    private synchronized void restore(Facts facts, int shard, long epoch) {
        if (!isStillMine(shard, epoch) || shards.of(facts.route()) != shard || kept.containsKey(facts.route())) {
            return; // of another configuration, which had the route in another shard: see adopt
        }
        GateState state = rules.restored(
                facts.state(),
                facts.since(),
                facts.reason(),
                facts.limit(),
                facts.probation(),
                facts.next(),
                clock.instant());
        KeptRoute route = new KeptRoute(facts, shard, epoch, state, rules, clock, this);
        kept.put(facts.route(), route);
        if (state instanceof GateState.Down down) {
            probe(route, down);
        }
        if (state instanceof GateState.Throttled) {
            throttled.add(route);
        }
        views.apply(facts.route()).keptBy(route, facts);
        route.tick(); // publishes the new epoch
    }

    /** What is known of a route that another configuration had in another shard: the keeper of its shard now goes on from it. */
    void adopt(Facts facts) {
        int shard = shards.of(facts.route());
        if (facts.shard() != shard && !kept.containsKey(facts.route())) {
            synchronized (this) {
                Long epoch = held.get(shard);
                if (epoch != null) {
                    restore(facts, shard, epoch);
                }
            }
        }
    }

    /**
     * The routes that are configured are others now, so that some of {@code known} may be in another shard. Whoever keeps
     * that one goes on from what is known of them. Nobody is asked in between, lest it be taken for new and up.
     */
    synchronized void configure(Collection<Route> configured, Collection<RouteView> known) {
        shards.configure(configured);
        known.forEach(this::align);
        strangers.flush(route -> shards.isConfigured(route.route()));
    }

    /** To be called for a view that may have been made while the configuration changed. */
    synchronized void align(RouteView view) {
        int shard = shards.of(view.route());
        if (shard == view.shard()) {
            return;
        }
        Optional.ofNullable(kept.get(view.route())).ifPresent(this::forget);
        Facts said = view.moveTo(shard);
        Long epoch = held.get(shard);
        if (said.epoch() > 0 && epoch != null) {
            restore(
                    said, shard,
                    epoch); // be it what was said of that very shard, while this worker took it for another's
        }
    }

    synchronized void lost(int shard) {
        acquired.remove(shard);
        held.remove(shard);
        forget(shard);
    }

    private void forget(int shard) {
        for (KeptRoute route : List.copyOf(kept.values())) {
            if (route.shard() == shard) {
                forget(route);
            }
        }
    }

    private void forget(KeptRoute route) {
        route.end();
        throttled.remove(route);
        strangers.forget(route);
        kept.remove(route.route());
        probers.stop(route.route());
        views.apply(route.route()).keptElsewhere();
    }

    /** The route's gate, if this worker keeps it; one nobody has said anything of yet is up. */
    Optional<KeptRoute> kept(Route route) {
        KeptRoute known = kept.get(route);
        if (known != null) {
            return Optional.of(known);
        }
        if (!held.containsKey(shards.of(route))) {
            return Optional.empty();
        }
        synchronized (this) {
            int own = shards.of(route); // the configuration may have changed meanwhile
            Long epoch = held.get(own);
            return epoch == null
                    ? Optional.empty()
                    : Optional.of(kept.computeIfAbsent(route, _ -> fresh(route, own, epoch)));
        }
    }

    private KeptRoute fresh(Route route, int shard, long epoch) {
        Instant now = clock.instant();
        GateState state = rules.initial(now);
        Facts unsaid = new Facts(
                route,
                shard,
                epoch,
                rules.name(state),
                now,
                rules.reason(state),
                rules.connections(state, now),
                false,
                Optional.empty());
        KeptRoute gate = new KeptRoute(unsaid, shard, epoch, state, rules, clock, this);
        views.apply(route).keptBy(gate, unsaid);
        return gate;
    }

    /** {@code worker} has met {@code events} on {@code route}; nothing, unless that is kept here. */
    void reported(Route route, String worker, int connections, List<GateEvent> events) {
        kept(route).ifPresent(gate -> gate.reported(worker, connections, events));
    }

    /** What was reported since the time before counts now. */
    void settleReports() {
        for (KeptRoute route : List.copyOf(reportedOf)) {
            reportedOf.remove(route);
            route.settleReports();
        }
    }

    /** Routes that could try a mail now. */
    List<Route> trialsDue() {
        return throttled.stream()
                .filter(KeptRoute::hasTrialDue)
                .map(KeptRoute::route)
                .toList();
    }

    /**
     * Names of the shard's routes that are not up, as {@link GateBoard#tell} wants them; empty when it is not kept under {@code epoch} any more, or not yet: who has
     * lost a shard has forgotten its routes, and would say that all are up.
     */
    synchronized Optional<Set<String>> shut(int shard, long epoch) {
        return Optional.ofNullable(held.get(shard))
                .filter(now -> now == epoch)
                .map(_ -> kept.values().stream()
                        .filter(route -> route.shard() == shard)
                        .flatMap(route -> said(route.route().toString(), route.kind()))
                        .collect(Collectors.toSet()));
    }

    private static Stream<String> said(String route, RouteStatus.State state) {
        return switch (state) {
            case UP -> Stream.empty();
            case RAMP -> Stream.of(route, GateBoard.ramping(route));
            case THROTTLED, DOWN, HELD, QUARANTINE, GONE -> Stream.of(route);
        };
    }

    /** Whether any route has come to stand elsewhere since this was asked last. */
    boolean hasMoved() {
        return moved.getAndSet(false);
    }

    /** To be called once a second. */
    void tick() {
        kept.values().forEach(KeptRoute::tick);
        strangers.due(clock.instant(), this::lookOnce);
    }

    private void lookOnce(KeptRoute route) {
        if (kept.get(route.route()) == route && route.state() instanceof GateState.Down down) {
            probe(route, down, Instant.EPOCH);
        }
    }

    /** An operator wants everything tried. */
    void flush() {
        kept.values().forEach(route -> route.apply(new GateEvent.Flush()));
        strangers.flush(_ -> true);
        probers.flush();
    }

    /**
     * Somebody says that {@code route} is there. Does nothing when another worker keeps it; should this one keep it soon, its lock being
     * on its way, it is done then.
     */
    void flush(Route route) {
        KeptRoute one;
        synchronized (this) {
            one = kept.get(route);
            if (!held.containsKey(shards.of(route))) {
                wished.add(route, clock.instant());
            }
        }
        if (one != null) {
            one.apply(new GateEvent.Flush());
            strangers.flush(other -> other.route().equals(route));
            probers.flush(route);
        }
    }

    @Override
    public void moved(KeptRoute route, GateState before, GateState after) {
        if (after instanceof GateState.Down down && !(before instanceof GateState.Down)) {
            probe(route, down);
        } else if (before instanceof GateState.Down && !(after instanceof GateState.Down)) {
            probers.stop(route.route());
        }
        if (after instanceof GateState.Throttled) {
            throttled.add(route);
        } else {
            throttled.remove(route);
        }
        if (rules.name(before) != rules.name(after)) {
            log.moved(route.route(), rules.name(after), rules.reason(after));
            moved.set(true);
        }
    }

    private void probe(KeptRoute route, GateState.Down down) {
        probe(route, down, clock.instant());
    }

    private void probe(KeptRoute route, GateState.Down down, Instant began) {
        probers.start(route.route(), down, new Probers.Listener() {
            @Override
            public void answered(Optional<SmtpConnection> connection) {
                connection.ifPresent(open -> onProbed.accept(route.route(), open));
                route.apply(new GateEvent.Answered());
            }

            @Override
            public void failed(Trouble trouble, Instant next) {
                route.apply(new GateEvent.NotAnswered(trouble));
                Instant now = clock.instant();
                if (Strangers.isLong(began, now) && !shards.isConfigured(route.route())) {
                    probers.stop(route.route());
                    route.probesAt(strangers.leaveAlone(route, now));
                    LOG.atDebug().addKeyValue("next_hop", route.route()).log("not configured here: seldom probed");
                } else {
                    route.probesAt(next);
                }
            }
        });
    }

    @Override
    public void toSettle(KeptRoute route) {
        reportedOf.add(route);
    }

    @Override
    public int connections(Route route) {
        return connections.applyAsInt(route);
    }

    @Override
    public CompletionStage<Void> toPublish(KeptRoute route, Facts facts) {
        views.apply(route.route()).now(facts);
        return bus.publish(route.shard(), route.route().toString(), facts.toJson())
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        LOG.atDebug()
                                .setCause(failure)
                                .addKeyValue("next_hop", route.route())
                                .log("not published yet");
                        route.notPublished();
                    }
                });
    }
}
