package io.backupmx.worker.cluster;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.cluster.GateBoard;
import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.gate.Probers;
import io.backupmx.worker.gate.RouteGate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This worker among the others. It is heard once a second, keeps the gates of the shards whose locks it holds, follows those
 * that others keep, and carries operators' words to whoever they concern. Without a broker it goes on with what it knew,
 * with one connection a route.
 */
public final class Cluster implements ClusterBus.Member, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final long TICK_MILLIS = 100;
    private static final int TICKS_PER_SECOND = 10;
    private static final int TICKS_PER_SETTLING = 2;

    /** How long a worker that holds too many locks keeps out after giving one up. */
    private static final Duration REST = Duration.ofSeconds(10);

    /** Workers that share locks give the others up first. */
    private static final int STEWARDS_SHARD = 0;

    private static final int CALM_TICKS = 5 * TICKS_PER_SECOND;

    private final ClusterBus bus;
    private final GateRules rules;
    private final InstantSource clock;
    private final Crew crew;
    private final GateBoard board;
    private final Shards shards;
    private final Keeper keeper;
    private final Probers probers;
    private final Reports reports = new Reports();
    private final Map<Route, RouteView> views = new ConcurrentHashMap<>();

    /** Shards kept, with their epochs. */
    private final Map<Integer, Long> held = new ConcurrentHashMap<>();

    private final Presence presence;
    private final Switchboard switchboard;
    private final Thread ticking = Thread.ofVirtual().name("cluster").unstarted(this::run);
    private volatile boolean closed;
    private volatile boolean misaligned;
    private final AtomicInteger calmTicks = new AtomicInteger();

    /** Makes the probers; told how many probes a second this worker may start, as a share of the whole cluster's. */
    public interface ProbersFor {
        Probers with(DoubleSupplier shareOfCluster);
    }

    /** @param board where the ingresses read which routes are up; its owner's to close */
    public Cluster(
            ClusterBus bus,
            Collection<Route> configured,
            GateRules rules,
            ProbersFor probersFor,
            InstantSource clock,
            Crew crew,
            GateBoard board) {
        this.bus = bus;
        this.rules = rules;
        this.clock = clock;
        this.crew = crew;
        this.board = board;
        this.shards = new Shards(configured);
        this.presence = new Presence(bus, held, this::otherRoster);
        this.probers = probersFor.with(this::shareOfCluster);
        this.keeper = new Keeper(
                held,
                bus,
                shards,
                rules,
                probers,
                clock,
                this::view,
                crew::probed,
                new GateLog(),
                crew::connections,
                this::ready);
        this.switchboard = new Switchboard(bus, crew, presence::roster, keeper::kept, shards::of);
    }

    public void start() {
        bus.start(Shards.COUNT, this);
        ticking.start();
    }

    /** These are the routes that this worker knows from now on. */
    public void configure(Collection<Route> routes) {
        keeper.configure(routes, views.values());
        misaligned = true;
        crew.changedAll();
    }

    /** What this worker's tables say of where mail goes, as a fingerprint; the others hear it. */
    public void ways(String fingerprint) {
        presence.ways(fingerprint);
    }

    /** Whether all workers have said for some seconds that mail goes where this one's tables have it go. */
    public boolean agrees() {
        return presence.agree();
    }

    /** Whether some worker's tables have mail go elsewhere: its configuration is not read yet, or was refused. */
    public boolean differs() {
        return presence.differ();
    }

    private double shareOfCluster() {
        return (double) held.size() / Shards.COUNT;
    }

    /** The route's gate, kept or followed. */
    public RouteGate gate(Route route) {
        return view(route);
    }

    private RouteView view(Route route) {
        RouteView known = views.get(route);
        return known != null ? known : views.computeIfAbsent(route, this::newView);
    }

    private RouteView newView(Route route) {
        Instant now = clock.instant();
        var initial = rules.initial(now);
        Facts unsaid = new Facts(
                route,
                shards.of(route),
                0,
                rules.name(initial),
                now,
                rules.reason(initial),
                rules.connections(initial, now),
                false,
                Optional.empty());
        return new RouteView(
                unsaid, shards.of(route), presence::roster, held::containsKey, this::report, () -> crew.changed(route));
    }

    private void report(RouteView view, GateEvent event) {
        Optional<KeptRoute> own = keeper.kept(view.route());
        if (own.isPresent()) {
            own.get().met(event);
        } else {
            reports.add(view.route(), event);
        }
    }

    /** Where {@code route} stands, for all workers. */
    public RouteStatus status(Route route, int connections) {
        return view(route).facts(clock.instant()).status(connections);
    }

    /** Whether this worker keeps the route's gate, and so does for it what only one may do. */
    public boolean keeps(Route route) {
        return held.containsKey(shards.of(route));
    }

    /** Which shard it belongs to. */
    public int shardOf(Route route) {
        return shards.of(route);
    }

    /** Whether this worker does what only one may do for all routes together: the keeper of the first shard does. */
    public boolean isSteward() {
        return held.containsKey(STEWARDS_SHARD);
    }

    /** Whether mail in hand is still ours beyond doubt: the broker has heard of this worker lately. */
    public boolean isSure() {
        return presence.isSure();
    }

    /** How many workers there are, this one included, as far as is known. */
    public int workers() {
        return presence.roster().alive().size();
    }

    /** Everything is tried now, here and by all others. */
    public void flush() {
        flushHere();
        bus.broadcast(new JsonObject().put("type", "flush").encode());
    }

    private void flushHere() {
        crew.flush();
        keeper.flush();
    }

    /** {@code route} is tried now, if this worker keeps it; its keeper is told as all are. */
    public void flush(Route route) {
        keeper.flush(route);
    }

    /** See {@link io.backupmx.worker.WorkerView#hold}. */
    public CompletionStage<RouteStatus> hold(Route route, String reason) {
        return switchboard.hold(route, reason);
    }

    /** See {@link io.backupmx.worker.WorkerView#release}. */
    public CompletionStage<RouteStatus> release(Route route) {
        return switchboard.release(route);
    }

    /** What the other workers have in hand, as far as they say so in time. */
    public CompletionStage<List<InFlightMail>> inFlightElsewhere() {
        return switchboard.inFlightElsewhere();
    }

    /** What the other workers hold until it is due, as far as they say so in time. */
    public CompletionStage<List<ListedMail>> heldElsewhere() {
        return switchboard.heldElsewhere();
    }

    // What the bus tells.

    @Override
    public void connected() {
        LOG.debug("among the workers");
        presence.signOfLife();
    }

    @Override
    public void disconnected() {
        if (closed) {
            return;
        }
        LOG.atWarn().log("broker away: each route with one connection until it is back");
        presence.disconnected();
    }

    @Override
    public void published(String key, String value) {
        Facts.parse(value).ifPresent(facts -> {
            view(facts.route()).published(facts);
            keeper.adopt(facts);
        });
    }

    @Override
    public void acquired(int lock, long epoch) {
        keeper.acquired(lock, epoch);
    }

    @Override
    public void lost(int lock) {
        keeper.lost(lock);
    }

    @Override
    public void heard(String from, String message) {
        try {
            heard(from, new JsonObject(message));
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("from", from).log("a worker's message was not understood");
        }
    }

    private void heard(String from, JsonObject message) {
        switch (message.getString("type", "")) {
            case "here" -> presence.heard(from, message);
            case "bye" -> presence.left(from);
            case "report" -> reported(from, message.getJsonArray("routes"));
            case "flush" -> {
                if (!from.equals(bus.self())) {
                    flushHere();
                }
            }
            case "hold" -> switchboard.steered(from, message, new GateEvent.Hold(message.getString("reason")));
            case "release" -> switchboard.steered(from, message, new GateEvent.Release());
            case "in_flight?" -> {
                if (!from.equals(bus.self())) {
                    switchboard.askedForInFlight(from, message);
                }
            }
            case "held?" -> {
                if (!from.equals(bus.self())) {
                    switchboard.askedForHeld(from, message);
                }
            }
            case "answer" -> switchboard.answered(message);
            default -> {} // a newer version's word
        }
    }

    private void reported(String from, JsonArray routes) {
        for (int i = 0; i < routes.size(); i++) {
            JsonObject one = routes.getJsonObject(i);
            JsonArray events = one.getJsonArray("events");
            List<GateEvent> met = IntStream.range(0, events.size())
                    .mapToObj(events::getJsonObject)
                    .flatMap(json -> EventJson.read(json).stream())
                    .toList();
            Route.parse(one.getString("route"))
                    .ifPresent(route -> keeper.reported(route, from, one.getInteger("connections"), met));
        }
    }

    // Time.

    private void run() {
        try {
            for (int tick = 0; !closed; tick++) {
                Thread.sleep(TICK_MILLIS);
                try {
                    tick(tick);
                } catch (RuntimeException | Error e) {
                    LOG.atError().setCause(e).log("cluster tick failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void tick(int tick) {
        Roster now = presence.roster();
        reports.take(route -> now.keeperOf(shards.of(route)), crew::connections)
                .forEach(message -> bus.send(message.keeper(), message.json().encode()));
        if (tick % TICKS_PER_SETTLING == 0) {
            keeper.settleReports();
        }
        if (tick % TICKS_PER_SECOND == 0) {
            presence.signOfLife();
            presence.renew();
            if (misaligned) {
                misaligned = false;
                views.values().forEach(keeper::align); // one may have been made meanwhile
            }
            keeper.tick();
            shareLocks();
            reportLongDeliveries();
        }
        if (keeper.hasMoved() || tick % TICKS_PER_SECOND == 0) {
            tellIngresses();
        }
        keeper.trialsDue().forEach(crew::changed);
    }

    private void tellIngresses() {
        held.forEach((shard, epoch) ->
                keeper.shut(shard, epoch).ifPresent(shut -> board.tell(shard, Shards.COUNT, epoch, shut)));
    }

    /** Long ones meet nothing that would be reported; without this their connections would not count as alive. */
    private void reportLongDeliveries() {
        if (presence.roster().alive().size() > 1) {
            crew.busy().stream().filter(route -> !keeps(route)).forEach(reports::busy);
        }
    }

    /** A shard is this worker's to keep: the others need not wait for the next second to hear so. */
    private void ready(int shard) {
        views.values().forEach(view -> view.saidOfAnotherShard().ifPresent(keeper::adopt));
        presence.signOfLife();
        crew.changedAll();
    }

    private void otherRoster() {
        calmTicks.set(0);
        crew.changedAll();
    }

    /** A worker that has far more than its part of the locks leaves some to others, one at a time, once it is calm. */
    private void shareLocks() {
        int calm = calmTicks.addAndGet(TICKS_PER_SECOND);
        int part = Math.ceilDiv(Shards.COUNT, presence.roster().alive().size());
        if (calm >= CALM_TICKS && held.size() > part) {
            held.keySet().stream().max(Integer::compare).ifPresent(lock -> bus.release(lock, REST));
        }
    }

    /** Takes leave, so that others need not wait for silence. The bus is its owner's to close. Idempotent. */
    @Override
    public void close() {
        closed = true;
        ticking.interrupt();
        bus.broadcast(new JsonObject().put("type", "bye").encode());
        for (int shard = 0; shard < Shards.COUNT; shard++) {
            keeper.lost(shard);
        }
        probers.close();
    }
}
