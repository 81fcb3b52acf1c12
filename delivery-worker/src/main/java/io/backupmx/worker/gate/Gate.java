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
    private final Consumer<State> onChange;
    private State state;
    private int unhealthyInRow;
    private int connectionsAfterOutage;

    /**
     * @param allowanceStep how long a lowered number of connections is kept before one more is tried
     * @param onChange hears of each new state, but not of a new reason within DOWN; called in order, must not block
     */
    public Gate(int maxConnections, Duration allowanceStep, InstantSource clock, Consumer<State> onChange) {
        this.maxConnections = maxConnections;
        this.allowanceStep = allowanceStep;
        this.clock = clock;
        this.onChange = onChange;
        this.state = new State.Up(clock.instant(), fullAllowance(clock.instant()), Optional.empty());
    }

    public synchronized State state() {
        return state;
    }

    /** How many deliveries may go on at once now: none while DOWN. */
    public synchronized int connections() {
        return switch (state) {
            case State.Up up -> up.allowance().at(clock.instant());
            case State.Down _ -> 0;
        };
    }

    /** A delivery met {@code trouble} of the route's while {@code othersAlive} other connections were well. */
    public synchronized void trouble(Trouble trouble, int othersAlive) {
        Instant now = clock.instant();
        switch (state) {
            case State.Up up
            when trouble.kind() == Trouble.Kind.UNHEALTHY && othersAlive > 0 ->
                state = new State.Up(up.since(), up.allowance().refusedBeside(othersAlive, now), up.contentLost());
            case State.Up _ -> {
                connectionsAfterOutage = othersAlive > 0 ? othersAlive : maxConnections;
                count(trouble);
                enter(new State.Down(now, trouble));
            }
            case State.Down down -> state = new State.Down(down.since(), trouble);
        }
    }

    /**
     * The content of {@code mail} was lost on its way.
     *
     * @return whether that is the route's fault, not the mail's
     */
    public synchronized boolean contentLost(QueueId mail, Trouble trouble, int othersAlive) {
        return switch (state) {
            case State.Up up
            when up.contentLost().filter(other -> !other.equals(mail)).isPresent() -> {
                trouble(trouble, othersAlive);
                yield true;
            }
            case State.Up up -> {
                state = new State.Up(up.since(), up.allowance(), Optional.of(mail));
                yield false;
            }
            case State.Down _ -> true;
        };
    }

    /** A recipient was delivered: the route is well, unless it takes no further connection. */
    public synchronized void delivered() {
        unhealthyInRow = 0;
        Instant now = clock.instant();
        switch (state) {
            case State.Up up -> state = new State.Up(up.since(), up.allowance().delivered(now), Optional.empty());
            case State.Down down when down.trouble().kind() == Trouble.Kind.NO_ANSWER -> {}
            case State.Down _ -> enter(upAgain(now));
        }
    }

    /** A probe was greeted well. */
    public synchronized void probed() {
        if (state instanceof State.Down) {
            enter(upAgain(clock.instant()));
        }
    }

    /** A probe failed: the newest reason is the one to show. */
    public synchronized void probeFailed(Trouble trouble) {
        if (state instanceof State.Down down) {
            count(trouble);
            state = new State.Down(down.since(), trouble);
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
        if (state instanceof State.Up up) {
            state = new State.Up(up.since(), fullAllowance(clock.instant()), up.contentLost());
        }
    }

    private void enter(State next) {
        state = next;
        onChange.accept(next);
    }

    private State upAgain(Instant now) {
        return new State.Up(
                now, Places.afterOutage(connectionsAfterOutage, now, maxConnections, allowanceStep), Optional.empty());
    }

    private Places fullAllowance(Instant now) {
        return Places.full(now, maxConnections, allowanceStep);
    }

    /** Where the route stands. */
    public sealed interface State {
        Instant since();

        record Up(Instant since, Places allowance, Optional<QueueId> contentLost) implements State {}

        record Down(Instant since, Trouble trouble) implements State {}
    }

    record Places(int base, int target, Instant since, int max, Duration step) {

        static Places full(Instant now, int max, Duration step) {
            return new Places(max, max, now, max, step);
        }

        Places refusedBeside(int alive, Instant now) {
            int known = Math.clamp(alive, 1, max);
            return new Places(known, known, now, max, step);
        }

        static Places afterOutage(int target, Instant now, int max, Duration step) {
            return new Places(1, Math.clamp(target, 1, max), now, max, step);
        }

        Places delivered(Instant now) {
            return base == target ? this : new Places(Math.min(2 * base, target), target, now, max, step);
        }

        int at(Instant now) {
            if (base < target || base >= max) {
                return base;
            }
            long steps = Math.max(0, Duration.between(since, now).dividedBy(step));
            return Math.toIntExact(Math.min(max, base + steps));
        }
    }
}
