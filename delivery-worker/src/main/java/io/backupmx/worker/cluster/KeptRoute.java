package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import io.backupmx.spool.SpoolException;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.gate.GateState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The gate of a route that this worker keeps: its state, what all workers report of it, and what the others are told. Safe
 * from any thread; what follows a change is {@link Consequences}' to do without blocking.
 */
final class KeptRoute {

    /** A next try within that is as good as now: no news for anybody. */
    private static final Duration SOON = Duration.ofSeconds(10);

    /** How long a worker's word on its connections counts: it comes once a second at least, while there are any. */
    private static final Duration BUSY_FRESH = Duration.ofSeconds(3);

    private static final int MAX_REPORTED = 200;

    /** This worker, among those that report: no name of a worker is empty. */
    private static final String HERE = "";

    /** What is to be done when the gate moved. Called in order, one at a time; must not block. */
    interface Consequences {

        /** The gate stands otherwise than before: {@code before} and {@code after} may be of one kind. */
        void moved(KeptRoute route, GateState before, GateState after);

        /** The others have to know. Done when they will. */
        CompletionStage<Void> toPublish(KeptRoute route, Facts facts);

        /** What was reported has to count soon. */
        void toSettle(KeptRoute route);

        /** How many connections of this very worker are delivering there. */
        int connections(Route route);
    }

    private record Busy(int connections, long atNanos) {}

    private final Route route;
    private final int shard;
    private final long epoch;
    private final GateRules rules;
    private final InstantSource clock;
    private final Consequences consequences;
    private final Map<String, List<GateEvent>> reported = new HashMap<>();
    private final Map<String, Busy> busy = new HashMap<>();
    private GateState state;
    private Facts published;
    private Optional<Instant> nextProbe = Optional.empty();
    private Duration pace = Duration.ZERO;
    private boolean publishAgain;
    private boolean over;

    /** @param published what the others know already */
    KeptRoute(
            Facts published,
            int shard,
            long epoch,
            GateState state,
            GateRules rules,
            InstantSource clock,
            Consequences consequences) {
        this.route = published.route();
        this.shard = shard;
        this.epoch = epoch;
        this.published = published;
        this.state = state;
        this.rules = rules;
        this.clock = clock;
        this.consequences = consequences;
    }

    Route route() {
        return route;
    }

    int shard() {
        return shard;
    }

    synchronized GateState state() {
        return state;
    }

    synchronized RouteStatus.State kind() {
        return rules.name(state);
    }

    synchronized int connections() {
        return rules.connections(state, clock.instant());
    }

    synchronized boolean believesRefusals() {
        return rules.believesRefusals(state, clock.instant());
    }

    synchronized Facts facts() {
        return facts(clock.instant());
    }

    private Facts facts(Instant now) {
        Optional<Instant> next = rules.next(state).or(() -> nextProbe.filter(_ -> state instanceof GateState.Down));
        return new Facts(
                route,
                shard,
                epoch,
                rules.name(state),
                state.since(),
                rules.reason(state),
                limit(now),
                rules.isOnProbation(state, now),
                next,
                state instanceof GateState.Down && next.isPresent() ? pace : Duration.ZERO);
    }

    /** A trial is the keeper's alone: what it lets out is nobody else's business. */
    private int limit(Instant now) {
        return state instanceof GateState.Throttled ? 0 : rules.connections(state, now);
    }

    /** Something happened that counts now. */
    synchronized void apply(GateEvent event) {
        if (over) {
            return;
        }
        Instant now = clock.instant();
        GateState before = state;
        state = switch (route) {
            case Route.Hosts _ -> rules.after(before, event, now);
            case Route.ByMx _, Route.Discard _, Route.Hold _ -> rules.ungated(before, event, now);
        };
        if (!(state instanceof GateState.Down)) {
            nextProbe = Optional.empty();
        }
        if (!state.equals(before)) {
            consequences.moved(this, before, state);
        }
        publishIfNews(now);
    }

    /**
     * An operator's word. Done when the others will know of it; nothing newer is published before. When it fails, nobody can
     * say yet whether they will; but all workers will agree: what was not published is forgotten with the lock, or, if this
     * worker keeps that, published a second later.
     */
    synchronized CompletionStage<Facts> steer(GateEvent event) {
        if (over) {
            return CompletableFuture.failedFuture(new SpoolException(
                    SpoolException.Kind.UNAVAILABLE, "another worker keeps this route now; try again"));
        }
        apply(event);
        Facts facts = facts(clock.instant());
        published = facts;
        return consequences.toPublish(this, facts).handle((_, failure) -> {
            if (failure != null) {
                throw new SpoolException(
                        SpoolException.Kind.UNAVAILABLE,
                        "the broker has not confirmed it, so it may have come to nothing, or may yet be: look at the"
                                + " route when the broker is back, and say it again if need be",
                        failure);
            }
            return facts;
        });
    }

    /**
     * What this worker has met itself. Others' connections are as alive as its own; and while others report, too, what only
     * counts in a row waits for its turn among theirs.
     */
    synchronized void met(GateEvent event) {
        switch (event) {
            case GateEvent.Met met -> apply(new GateEvent.Met(met.trouble(), met.othersAlive() + elsewhere(HERE)));
            case GateEvent.ContentLost lost ->
                apply(new GateEvent.ContentLost(lost.mail(), lost.trouble(), lost.othersAlive() + elsewhere(HERE)));
            case GateEvent.Delivered _, GateEvent.TempFailed _
            when isShared() -> {
                later(HERE, event);
                consequences.toSettle(this);
            }
            case GateEvent.Delivered _,
                    GateEvent.TempFailed _,
                    GateEvent.Refused _,
                    GateEvent.RefusedAll _,
                    GateEvent.Slow _,
                    GateEvent.Answered _,
                    GateEvent.NotAnswered _,
                    GateEvent.Tried _,
                    GateEvent.Hold _,
                    GateEvent.Release _,
                    GateEvent.Flush _ -> apply(event);
        }
    }

    /** Whether other workers deliver there, too: a trial is the keeper's alone, and nothing else goes out while it is down. */
    private boolean isShared() {
        return switch (state) {
            case GateState.Up _, GateState.Ramp _ -> !busy.isEmpty();
            case GateState.Throttled _, GateState.Down _, GateState.Held _, GateState.Quarantine _ -> false;
        };
    }

    /** What {@code worker} reports: the route's trouble counts at once, the rest with the others' reports of the time. */
    synchronized void reported(String worker, int connections, List<GateEvent> events) {
        busy.put(worker, new Busy(connections, System.nanoTime()));
        for (GateEvent event : events) {
            switch (event) {
                case GateEvent.Met met ->
                    apply(new GateEvent.Met(met.trouble(), met.othersAlive() + elsewhere(worker)));
                case GateEvent.ContentLost lost ->
                    apply(new GateEvent.ContentLost(
                            lost.mail(), lost.trouble(), lost.othersAlive() + elsewhere(worker)));
                case GateEvent.RefusedAll refusal -> apply(refusal);
                case GateEvent.Delivered _,
                        GateEvent.TempFailed _,
                        GateEvent.Refused _,
                        GateEvent.Slow _,
                        GateEvent.Answered _,
                        GateEvent.NotAnswered _,
                        GateEvent.Tried _,
                        GateEvent.Hold _,
                        GateEvent.Release _,
                        GateEvent.Flush _ -> later(worker, event);
            }
        }
        consequences.toSettle(this);
    }

    private void later(String worker, GateEvent event) {
        List<GateEvent> waiting = reported.computeIfAbsent(worker, _ -> new ArrayList<>());
        if (!over && waiting.size() < MAX_REPORTED) {
            waiting.add(event);
        }
    }

    private int elsewhere(String worker) {
        long now = System.nanoTime();
        int here = worker.equals(HERE) ? 0 : consequences.connections(route);
        return here
                + busy.entrySet().stream()
                        .filter(entry -> !entry.getKey().equals(worker))
                        .filter(entry -> now - entry.getValue().atNanos() < BUSY_FRESH.toNanos())
                        .mapToInt(entry -> entry.getValue().connections())
                        .sum();
    }

    /**
     * Lets what was reported count, as if it had happened in turn at all workers: five mails deferred by one while another
     * delivers are no five in a row.
     */
    synchronized void settleReports() {
        if (reported.isEmpty()) {
            return;
        }
        record At(double when, GateEvent event) {}
        List<At> all = new ArrayList<>();
        for (List<GateEvent> events : reported.values()) {
            for (int i = 0; i < events.size(); i++) {
                all.add(new At((i + 0.5) / events.size(), events.get(i)));
            }
        }
        reported.clear();
        all.sort(java.util.Comparator.comparingDouble(At::when));
        all.forEach(at -> apply(at.event()));
    }

    /** The prober's next look, for people. */
    synchronized void probesAt(Instant next) {
        Instant now = clock.instant();
        pace = Duration.between(now, next);
        nextProbe = Optional.of(next).filter(_ -> pace.compareTo(SOON) > 0);
        publishIfNews(now);
    }

    /** Time passes: a lowered limit grows, a probation ends, what was not published is. */
    synchronized void tick() {
        if (!over) {
            busy.values().removeIf(one -> System.nanoTime() - one.atNanos() > BUSY_FRESH.toNanos());
            publishIfNews(clock.instant());
        }
    }

    /** Whether a mail may go out although the route is throttled. */
    synchronized boolean hasTrialDue() {
        return state instanceof GateState.Throttled && rules.connections(state, clock.instant()) > 0;
    }

    /** The others do not know: the spool did not take it. */
    synchronized void notPublished() {
        publishAgain = true;
    }

    private void publishIfNews(Instant now) {
        Facts facts = facts(now);
        if (!over && (publishAgain || !facts.followsFrom(published))) {
            publishAgain = false;
            published = facts;
            var _ = consequences.toPublish(this, facts);
        }
    }

    /** Another keeps it now: nothing counts any more, nothing follows. */
    synchronized void end() {
        over = true;
    }
}
