package io.backupmx.worker.cluster;

import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.RouteGate;
import io.backupmx.worker.gate.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A route's gate as this worker sees it: its own where this worker keeps it, else what the keeper has published, and a pause
 * of its own making until the keeper has heard of the trouble.
 */
final class RouteView implements RouteGate {

    /** A keeper that has not said anything by then has not found the trouble worth a change. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Route route;
    private volatile int shard;
    private final Supplier<Roster> roster;
    private final IntPredicate isKeptHere;
    private final BiConsumer<RouteView, GateEvent> report;
    private final Runnable onChange;
    private final AtomicReference<@Nullable QueueId> contentLost = new AtomicReference<>();
    private volatile Facts facts;
    private volatile Facts said; // by a keeper, and on the broker
    private @Nullable Facts saidElsewhere; // newest of another shard that did not count; guarded by this
    private volatile @Nullable KeptRoute kept;
    private volatile long pausedSinceNanos;
    private volatile boolean paused;

    /**
     * @param isKeptHere whether this worker keeps a shard, and so has read what was published of it
     * @param report takes events to the keeper
     * @param onChange told when the gate may stand otherwise than before; must not block
     */
    RouteView(
            Facts initial,
            int shard,
            Supplier<Roster> roster,
            IntPredicate isKeptHere,
            BiConsumer<RouteView, GateEvent> report,
            Runnable onChange) {
        this.route = initial.route();
        this.facts = initial;
        this.said = initial;
        this.shard = shard;
        this.roster = roster;
        this.isKeptHere = isKeptHere;
        this.report = report;
        this.onChange = onChange;
    }

    Route route() {
        return route;
    }

    int shard() {
        return shard;
    }

    /** The keeper's word. Of a former keeper, or while this worker keeps the route itself, it does not count. */
    synchronized void published(Facts newer) {
        if (isNews(newer, said)) {
            said = newer;
            if (kept == null) {
                now(newer);
            }
        } else if (newer.shard() != shard) {
            saidElsewhere = newer; // whoever has it there is configured otherwise, as this worker may be in a moment
        }
    }

    /** Epochs are of one shard; what another configuration had in another is better than nothing, but not than the least. */
    private boolean isNews(Facts newer, Facts known) {
        if (newer.shard() != shard) {
            return known.shard() != shard || known.epoch() == 0;
        }
        return known.shard() != shard || newer.epoch() >= known.epoch();
    }

    /** This worker keeps the route from now on. */
    synchronized void keptBy(KeptRoute own, Facts asItStands) {
        kept = own;
        now(asItStands);
    }

    /** Another does. Nobody else knows what this worker could not publish: then the keeper would never contradict it. */
    synchronized void keptElsewhere() {
        kept = null;
        now(said);
    }

    /** Another configuration has it in another shard. What is known of it stays known. @return what that is */
    synchronized Facts moveTo(int other) {
        shard = other;
        Facts elsewhere = saidElsewhere;
        if (elsewhere != null && elsewhere.shard() == other) {
            said = elsewhere;
            if (kept == null) {
                now(elsewhere);
            }
        }
        saidElsewhere = null;
        return said;
    }

    /** What is known of it from a shard that it is not in now. */
    Optional<Facts> saidOfAnotherShard() {
        return Optional.of(said).filter(known -> known.shard() != shard);
    }

    /** This worker's own gate stands so now. */
    void now(Facts newer) {
        facts = newer;
        paused = false;
        onChange.run();
    }

    /** Where it stands, as far as is known at {@code now}. */
    Facts facts(Instant now) {
        KeptRoute own = kept;
        return own != null ? own.facts() : facts.asOf(now);
    }

    @Override
    public int places() {
        if (paused && System.nanoTime() - pausedSinceNanos < PAUSE.toNanos()) {
            return 0;
        }
        Roster now = roster.get();
        KeptRoute own = kept;
        if (own != null) {
            return now.share(route, shard, own.connections());
        }
        Facts known = facts;
        if (known.epoch() == 0 && !now.informed() && !isKeptHere.test(shard)) {
            return 0; // it may be held: nobody could say so yet
        }
        boolean keeperToBeHeard = !now.hasKeeper(shard) && !now.settled();
        return switch (known.state()) {
            case HELD, QUARANTINE, GONE -> 0;
            case DOWN, THROTTLED -> now.hasKeeper(shard) || keeperToBeHeard ? 0 : 1; // without a keeper gently by all
            case RAMP -> keeperToBeHeard ? 0 : now.share(route, shard, known.limit());
            case UP -> now.share(route, shard, known.limit());
        };
    }

    @Override
    public boolean believesRefusals() {
        KeptRoute own = kept;
        if (own != null) {
            return own.believesRefusals();
        }
        Facts known = facts;
        return switch (known.state()) {
            case UP, RAMP -> !known.probation();
            case THROTTLED, DOWN, HELD, QUARANTINE, GONE -> false;
        };
    }

    @Override
    public boolean isQuarantined() {
        return state() == RouteStatus.State.QUARANTINE;
    }

    @Override
    public boolean triesHere() {
        return kept != null && state() == RouteStatus.State.THROTTLED;
    }

    RouteStatus.State state() {
        KeptRoute own = kept;
        return own != null ? own.kind() : facts.state();
    }

    @Override
    public void tell(GateEvent event) {
        switch (event) {
            case GateEvent.Delivered _ -> contentLost.set(null);
            case GateEvent.Met(Trouble trouble, int alive)
            when kept == null && (alive == 0 || trouble.kind() == Trouble.Kind.NO_ANSWER) -> pause();
            case GateEvent.RefusedAll _ when kept == null -> pause();
            case GateEvent.Met _,
                    GateEvent.TempFailed _,
                    GateEvent.ContentLost _,
                    GateEvent.Refused _,
                    GateEvent.RefusedAll _,
                    GateEvent.Slow _,
                    GateEvent.Answered _,
                    GateEvent.NotAnswered _,
                    GateEvent.Tried _,
                    GateEvent.Hold _,
                    GateEvent.Release _,
                    GateEvent.Flush _ -> {}
        }
        KeptRoute own = kept;
        if (own != null) {
            own.met(event);
        } else {
            report.accept(this, event);
        }
    }

    private void pause() {
        pausedSinceNanos = System.nanoTime();
        paused = true;
    }

    @Override
    public boolean contentLost(QueueId mail, Trouble trouble, int othersAlive) {
        boolean shut = switch (state()) {
            case UP, RAMP, THROTTLED -> false;
            case DOWN, HELD, QUARANTINE, GONE -> true;
        };
        boolean another = Optional.ofNullable(contentLost.getAndSet(mail))
                .filter(before -> !before.equals(mail))
                .isPresent();
        tell(new GateEvent.ContentLost(mail, trouble, othersAlive));
        return shut || another;
    }
}
