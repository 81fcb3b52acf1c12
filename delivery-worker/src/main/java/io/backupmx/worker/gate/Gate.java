package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides whether a route takes mail. A dead next hop is a fact about the hop, not about each mail:
 *
 * <ul>
 *   <li>Against the route count: no connection to any of its hosts, a refused greeting or EHLO, a timeout before content.
 *   <li>No connection to any host means DOWN, whatever else is open: sessions hang silently when a host loses its power.
 *       The rest, while other connections are alive, only lowers their number, and means DOWN when none is left.
 *   <li>Against the mail count replies, and a content lost on its way: a filter that crashes on one mail must not stop a
 *       domain. A second, different mail lost so, with no delivery between, counts against the route.
 *   <li>Back UP the route has to prove itself: one delivery at a time, then twice as many with each that succeeds; until one
 *       does, a relapse counts as one more probe that found somebody unwell.
 *   <li>DOWN ends with a probe that was greeted well, or, where somebody was there but unwell, a delivery that was still
 *       going on.
 * </ul>
 *
 * Safe from any thread; never blocks.
 */
public final class Gate {

    private final int maxConnections;
    private final Duration allowanceStep;
    private final InstantSource clock;
    private final Consumer<GateState> onChange;
    private GateState state;
    private int unhealthyInRow;
    private int connectionsAfterOutage;

    /**
     * @param allowanceStep how long a lowered number of connections is kept before one more is tried
     * @param onChange hears of each new state, but not of a new reason within DOWN; called in order, must not block
     */
    public Gate(int maxConnections, Duration allowanceStep, InstantSource clock, Consumer<GateState> onChange) {
        this.maxConnections = maxConnections;
        this.allowanceStep = allowanceStep;
        this.clock = clock;
        this.onChange = onChange;
        this.state = new GateState.Up(clock.instant(), fullAllowance(clock.instant()), Optional.empty());
    }

    public synchronized GateState state() {
        return state;
    }

    /** How many deliveries may go on at once now: none while DOWN. */
    public synchronized int connections() {
        return switch (state) {
            case GateState.Up up -> up.allowance().at(clock.instant());
            case GateState.Down _ -> 0;
        };
    }

    /** A delivery met {@code trouble} of the route's while {@code othersAlive} other connections were well. */
    public synchronized void trouble(Trouble trouble, int othersAlive) {
        Instant now = clock.instant();
        switch (state) {
            case GateState.Up up
            when trouble.kind() == Trouble.Kind.UNHEALTHY && othersAlive > 0 ->
                state = new GateState.Up(up.since(), up.allowance().refusedBeside(othersAlive, now), up.contentLost());
            case GateState.Up _ -> {
                connectionsAfterOutage = othersAlive > 0 ? othersAlive : maxConnections;
                count(trouble);
                enter(new GateState.Down(now, trouble));
            }
            case GateState.Down down -> state = new GateState.Down(down.since(), trouble);
        }
    }

    /**
     * The content of {@code mail} was lost on its way.
     *
     * @return whether that is the route's fault, not the mail's
     */
    public synchronized boolean contentLost(QueueId mail, Trouble trouble, int othersAlive) {
        return switch (state) {
            case GateState.Up up
            when up.contentLost().filter(other -> !other.equals(mail)).isPresent() -> {
                trouble(trouble, othersAlive);
                yield true;
            }
            case GateState.Up up -> {
                state = new GateState.Up(up.since(), up.allowance(), Optional.of(mail));
                yield false;
            }
            case GateState.Down _ -> true;
        };
    }

    /** A recipient was delivered: the route is well, unless it takes no further connection. */
    public synchronized void delivered() {
        unhealthyInRow = 0;
        Instant now = clock.instant();
        switch (state) {
            case GateState.Up up ->
                state = new GateState.Up(up.since(), up.allowance().delivered(now), Optional.empty());
            case GateState.Down down when down.trouble().kind() == Trouble.Kind.NO_ANSWER -> {}
            case GateState.Down _ -> enter(upAgain(now));
        }
    }

    /** A probe was greeted well. */
    public synchronized void probed() {
        if (state instanceof GateState.Down) {
            enter(upAgain(clock.instant()));
        }
    }

    /** A probe failed: the newest reason is the one to show. */
    public synchronized void probeFailed(Trouble trouble) {
        if (state instanceof GateState.Down down) {
            count(trouble);
            state = new GateState.Down(down.since(), trouble);
        }
    }

    private void count(Trouble trouble) {
        unhealthyInRow = switch (trouble.kind()) {
            case NO_ANSWER -> 0;
            case UNHEALTHY -> unhealthyInRow + 1;
        };
    }

    /** How often in a row, with no delivery and no silence between, the route was found unwell. */
    public synchronized int unhealthyInRow() {
        return unhealthyInRow;
    }

    /** An operator wants everything tried: what was found so far is forgotten. */
    public synchronized void flush() {
        unhealthyInRow = 0;
        if (state instanceof GateState.Up up) {
            state = new GateState.Up(up.since(), fullAllowance(clock.instant()), up.contentLost());
        }
    }

    private void enter(GateState next) {
        state = next;
        onChange.accept(next);
    }

    private GateState upAgain(Instant now) {
        return new GateState.Up(
                now,
                Allowance.afterOutage(connectionsAfterOutage, now, maxConnections, allowanceStep),
                Optional.empty());
    }

    private Allowance fullAllowance(Instant now) {
        return Allowance.full(now, maxConnections, allowanceStep);
    }
}
