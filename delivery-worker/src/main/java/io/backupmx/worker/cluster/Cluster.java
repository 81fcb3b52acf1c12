package io.backupmx.worker.cluster;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolException;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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

    /** Half of what a silent worker's connection lives: before its mail is another's, it has stopped (DESIGN §4). */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration OPERATOR_PATIENCE = Duration.ofSeconds(5);
    private static final Duration LISTING_PATIENCE = Duration.ofMillis(600);

    /** How long a worker that holds too many locks keeps out after giving one up. */
    private static final Duration REST = Duration.ofSeconds(10);

    private static final int CALM_TICKS = 5 * TICKS_PER_SECOND;

    private final ClusterBus bus;
    private final GateRules rules;
    private final InstantSource clock;
    private final Crew crew;
    private final Shards shards;
    private final Keeper keeper;
    private final Probers probers;
    private final Reports reports = new Reports();
    private final Calls calls = new Calls();
    private final Map<Route, RouteView> views = new ConcurrentHashMap<>();

    /** Shards kept, with their epochs. */
    private final Map<Integer, Long> held = new ConcurrentHashMap<>();

    private final Members members;
    private final Thread ticking = Thread.ofVirtual().name("cluster").unstarted(this::run);
    private volatile Roster roster;
    private volatile boolean closed;
    private volatile boolean misaligned;
    private int calmTicks;

    /** Makes the probers; told how many probes a second this worker may start, as a share of the whole cluster's. */
    public interface ProbersFor {
        Probers with(DoubleSupplier shareOfCluster);
    }

    public Cluster(
            ClusterBus bus,
            Collection<Route> configured,
            GateRules rules,
            ProbersFor probersFor,
            InstantSource clock,
            Crew crew) {
        this.bus = bus;
        this.rules = rules;
        this.clock = clock;
        this.crew = crew;
        this.shards = new Shards(configured);
        this.members = new Members(bus.self());
        this.roster = Roster.alone(bus.self());
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
                unsaid, shards.of(route), () -> roster, held::containsKey, this::report, () -> crew.changed(route));
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

    /**
     * Whether mail in hand is still ours beyond doubt. After a silence of half the time in which the broker gives up a
     * worker, it may be about to be handed to another.
     */
    public boolean isSure() {
        return members.silence(System.nanoTime()).compareTo(LEASE) < 0;
    }

    /** How many workers there are, this one included, as far as is known. */
    public int workers() {
        return roster.alive().size();
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

    /** See {@link io.backupmx.worker.WorkerView#hold}. */
    public CompletionStage<RouteStatus> hold(Route route, String reason) {
        return steer(
                route,
                new GateEvent.Hold(reason),
                new JsonObject().put("type", "hold").put("reason", reason));
    }

    /** See {@link io.backupmx.worker.WorkerView#release}. */
    public CompletionStage<RouteStatus> release(Route route) {
        return steer(route, new GateEvent.Release(), new JsonObject().put("type", "release"));
    }

    private CompletionStage<RouteStatus> steer(Route route, GateEvent event, JsonObject message) {
        Optional<KeptRoute> own = keeper.kept(route);
        if (own.isPresent()) {
            return own.get().steer(event).thenApply(facts -> facts.status(0));
        }
        Optional<String> other = roster.keeperOf(shards.of(route));
        if (other.isEmpty()) {
            return CompletableFuture.failedFuture(nobody());
        }
        Calls.Asked asked = calls.ask(1, OPERATOR_PATIENCE);
        bus.send(
                other.get(),
                message.put("id", asked.id()).put("route", route.toString()).encode());
        return asked.answers()
                .thenApply(answers -> answers.stream()
                        .findFirst()
                        .map(Cluster::facts)
                        .orElseThrow(Cluster::nobody)
                        .status(0));
    }

    private static SpoolException nobody() {
        return new SpoolException(
                SpoolException.Kind.UNAVAILABLE,
                "the worker that keeps this route does not answer now; look at the route, and try again");
    }

    private static Facts facts(JsonObject answer) {
        return Optional.ofNullable(answer.getString("facts"))
                .flatMap(Facts::parse)
                .orElseThrow(() -> Optional.ofNullable(answer.getString("failed"))
                        .map(why -> new SpoolException(SpoolException.Kind.UNAVAILABLE, why))
                        .orElseGet(Cluster::nobody));
    }

    /** What the other workers have in hand, as far as they say so in time. */
    public CompletionStage<List<InFlightMail>> inFlightElsewhere() {
        return askOthers("in_flight?")
                .thenApply(lists -> lists.stream()
                        .flatMap(mails -> InFlightJson.read(mails).stream())
                        .toList());
    }

    /** What the other workers hold until it is due, as far as they say so in time. */
    public CompletionStage<List<ListedMail>> heldElsewhere() {
        return askOthers("held?")
                .thenApply(lists -> lists.stream()
                        .flatMap(mails -> HeldJson.read(mails).stream())
                        .toList());
    }

    private CompletionStage<List<JsonArray>> askOthers(String question) {
        int others = roster.alive().size() - 1;
        Calls.Asked asked = calls.ask(others, LISTING_PATIENCE);
        if (others > 0) {
            bus.broadcast(
                    new JsonObject().put("type", question).put("id", asked.id()).encode());
        }
        return asked.answers()
                .thenApply(answers -> answers.stream()
                        .map(answer -> answer.getJsonArray("mails", new JsonArray()))
                        .toList());
    }

    // What the bus tells.

    @Override
    public void connected() {
        LOG.debug("among the workers");
        signOfLife();
    }

    @Override
    public void disconnected() {
        if (closed) {
            return;
        }
        LOG.atWarn().log("broker away: each route with one connection until it is back");
        synchronized (members) {
            members.disconnected();
        }
        renewRoster();
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
            case "here" -> {
                long now = System.nanoTime();
                synchronized (members) {
                    members.heard(from, shardsIn(message), now);
                    if (from.equals(bus.self())) {
                        members.echo(message.getLong("said"), now);
                    }
                }
                renewRoster();
                if (message.getBoolean("asks", false) && !from.equals(bus.self())) {
                    bus.send(from, here(false)); // an answer asks nothing: two newcomers would never stop
                }
            }
            case "bye" -> {
                synchronized (members) {
                    members.left(from);
                }
                renewRoster();
            }
            case "report" -> reported(from, message.getJsonArray("routes"));
            case "flush" -> {
                if (!from.equals(bus.self())) {
                    flushHere();
                }
            }
            case "hold" -> steered(from, message, new GateEvent.Hold(message.getString("reason")));
            case "release" -> steered(from, message, new GateEvent.Release());
            case "in_flight?" -> {
                if (!from.equals(bus.self())) {
                    answer(from, message, new JsonObject().put("mails", InFlightJson.write(crew.inFlight())));
                }
            }
            case "held?" -> {
                if (!from.equals(bus.self())) {
                    answer(from, message, new JsonObject().put("mails", HeldJson.write(crew.held())));
                }
            }
            case "answer" -> calls.answered(message.getString("id"), message);
            default -> {} // a newer version's word
        }
    }

    private static Map<Integer, Long> shardsIn(JsonObject message) {
        Map<Integer, Long> epochs = new HashMap<>();
        JsonObject json = message.getJsonObject("shards");
        json.fieldNames().forEach(shard -> epochs.put(Integer.parseInt(shard), json.getLong(shard)));
        return epochs;
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

    private void steered(String from, JsonObject message, GateEvent event) {
        Route.parse(message.getString("route"))
                .flatMap(keeper::kept)
                .ifPresent(route -> route.steer(event)
                        .whenComplete((facts, failure) -> answer(
                                from,
                                message,
                                failure == null
                                        ? new JsonObject().put("facts", facts.toJson())
                                        : new JsonObject().put("failed", reason(failure)))));
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage());
    }

    private void answer(String to, JsonObject question, JsonObject answer) {
        bus.send(
                to,
                answer.put("type", "answer").put("id", question.getString("id")).encode());
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
        Roster now = roster;
        reports.take(route -> now.keeperOf(shards.of(route)), crew::connections)
                .forEach(message -> bus.send(message.keeper(), message.json().encode()));
        if (tick % TICKS_PER_SETTLING == 0) {
            keeper.settleReports();
        }
        if (tick % TICKS_PER_SECOND == 0) {
            signOfLife();
            renewRoster();
            if (misaligned) {
                misaligned = false;
                views.values().forEach(keeper::align); // one may have been made meanwhile
            }
            keeper.tick();
            shareLocks();
            reportLongDeliveries();
        }
        keeper.trialsDue().forEach(crew::changed);
    }

    /** Long ones meet nothing that would be reported; without this their connections would not count as alive. */
    private void reportLongDeliveries() {
        if (roster.alive().size() > 1) {
            crew.busy().stream().filter(route -> !keeps(route)).forEach(reports::busy);
        }
    }

    /** A shard is this worker's to keep: the others need not wait for the next second to hear so. */
    private void ready(int shard) {
        views.values().forEach(view -> view.saidOfAnotherShard().ifPresent(keeper::adopt));
        signOfLife();
        crew.changedAll();
    }

    private void signOfLife() {
        bus.broadcast(here(!roster.informed()));
    }

    private String here(boolean asks) {
        JsonObject epochs = new JsonObject();
        held.forEach((shard, epoch) -> epochs.put(Integer.toString(shard), epoch));
        return new JsonObject()
                .put("type", "here")
                .put("shards", epochs)
                .put("said", System.nanoTime())
                .put("asks", asks)
                .encode();
    }

    private void renewRoster() {
        Roster before = roster;
        Roster now;
        synchronized (members) {
            now = members.roster(System.nanoTime());
        }
        roster = now;
        if (!now.equals(before)) {
            calmTicks = 0;
            crew.changedAll();
        }
    }

    /** A worker that has far more than its part of the locks leaves some to others, one at a time, once it is calm. */
    private void shareLocks() {
        calmTicks += TICKS_PER_SECOND;
        int part = Math.ceilDiv(Shards.COUNT, roster.alive().size());
        if (calmTicks >= CALM_TICKS && held.size() > part) {
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
