package io.backupmx.worker.gate;

import java.time.Instant;
import java.util.Optional;

/** Where a route stands. A state holds exactly what is true in it, so leaving a state forgets it all at once. */
public sealed interface GateState {

    /** When the route came to stand so. */
    Instant since();

    /** Mail goes out. */
    record Up(Instant since, Allowance allowance, Clues clues, Optional<Probation> probation) implements GateState {
        Up with(Clues others) {
            return new Up(since, allowance, others, probation);
        }
    }

    /**
     * It answers again, and gets ever more mail: twice as much with each window, that is with as many deliveries as it may
     * have connections; half as much with a setback, the first in a window.
     *
     * @param after why it got no mail before, for people
     * @param concurrency connections now
     * @param target connections to reach
     * @param delivered in this window
     * @param setBack whether this window began with a setback: more of them tell of the same trouble
     * @param unhealthyInRow how often it was found unwell with no delivery since, should it be unwell again
     */
    record Ramp(
            Instant since,
            String after,
            int concurrency,
            int target,
            int delivered,
            boolean setBack,
            int unhealthyInRow,
            Clues clues,
            Optional<Probation> probation)
            implements GateState {

        Ramp with(Clues others) {
            return new Ramp(since, after, concurrency, target, delivered, setBack, unhealthyInRow, others, probation);
        }

        Ramp with(Optional<Probation> other) {
            return new Ramp(since, after, concurrency, target, delivered, setBack, unhealthyInRow, clues, other);
        }

        Ramp withUnhealthyInRow(int other) {
            return new Ramp(since, after, concurrency, target, delivered, setBack, other, clues, probation);
        }
    }

    /** It defers whatever it is given: one mail now and then is tried. */
    record Throttled(Instant since, String reason, Trial trial, Clues clues, Probation probation) implements GateState {
        Throttled with(Trial other) {
            return new Throttled(since, reason, other, clues, probation);
        }
    }

    /**
     * No mail is taken; it is probed until it answers well.
     *
     * @param unhealthyInRow how often in a row, with no delivery and no silence between, it was found unwell
     * @param target connections it is to get when it is back
     */
    record Down(Instant since, Trouble trouble, int unhealthyInRow, int target) implements GateState {}

    /** An operator wants no mail to go out. */
    record Held(Instant since, String reason) implements GateState {}

    /**
     * It came back refusing what it should take: no mail goes out, none is returned, until an operator says so.
     *
     * @param again whether it was released from there, and has taken nothing since
     */
    record Quarantine(Instant since, String reason, boolean again) implements GateState {}
}
