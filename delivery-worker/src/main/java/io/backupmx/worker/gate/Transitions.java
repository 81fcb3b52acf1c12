package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;
import io.backupmx.worker.gate.GateEvent.Answered;
import io.backupmx.worker.gate.GateEvent.ContentLost;
import io.backupmx.worker.gate.GateEvent.Delivered;
import io.backupmx.worker.gate.GateEvent.Flush;
import io.backupmx.worker.gate.GateEvent.Hold;
import io.backupmx.worker.gate.GateEvent.Met;
import io.backupmx.worker.gate.GateEvent.NotAnswered;
import io.backupmx.worker.gate.GateEvent.Refused;
import io.backupmx.worker.gate.GateEvent.RefusedAll;
import io.backupmx.worker.gate.GateEvent.Release;
import io.backupmx.worker.gate.GateEvent.Slow;
import io.backupmx.worker.gate.GateEvent.TempFailed;
import io.backupmx.worker.gate.GateEvent.Tried;
import io.backupmx.worker.gate.GateState.Down;
import io.backupmx.worker.gate.GateState.Held;
import io.backupmx.worker.gate.GateState.Quarantine;
import io.backupmx.worker.gate.GateState.Ramp;
import io.backupmx.worker.gate.GateState.Throttled;
import io.backupmx.worker.gate.GateState.Up;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What counts for what. A dead next hop is a fact about the hop, not about each mail:
 *
 * <ul>
 *   <li>Against the route count: no connection to any of its hosts, a refused greeting or EHLO, a timeout before content.
 *   <li>No connection to any host means DOWN, whatever else is open: sessions hang silently when a host loses its power.
 *       The rest, while other connections are alive, only lowers their number, and means DOWN when none is left.
 *   <li>Against the mail count replies, and a content lost on its way: a filter that crashes on one mail must not stop a
 *       domain. A second, different mail lost so, with no delivery between, counts against the route.
 *   <li>Several different mails deferred in a row, with no delivery between, throttle the route: trouble with its disk is an
 *       outage too.
 *   <li>Back from an outage the route has to prove itself: ever more connections (RAMP), and what it refuses is not believed
 *       at once; if it refuses what it should take, it is not asked again (QUARANTINE). Spam it should not take.
 *   <li>What makes no sense in a state changes nothing: reports of deliveries that were under way come late.
 * </ul>
 */
record Transitions(GateRules rules, Instant now) {

    private static final Duration JUST = Duration.ofMinutes(1);

    GateState after(GateState state, GateEvent event) {
        if (event instanceof Hold(String reason)) {
            return new Held(state instanceof Held held ? held.since() : now, reason);
        }
        return switch (state) {
            case Up up -> afterUp(believed(anchored(up)), event);
            case Ramp ramp -> afterRamp(believed(ramp), event);
            case Throttled throttled -> afterThrottled(throttled, event);
            case Down down -> afterDown(down, event);
            case Held held ->
                event instanceof Release ? ramp("held: " + held.reason(), Optional.of(rules.fresh())) : held;
            // The operator has looked, but it is easily done too early. Who insists is believed.
            case Quarantine quarantine ->
                event instanceof Release
                        ? ramp(
                                "quarantine: " + quarantine.reason(),
                                quarantine.again() ? Optional.empty() : Optional.of(rules.ofReleased()))
                        : quarantine;
        };
    }

    private GateState afterUp(Up up, GateEvent event) {
        return switch (event) {
            case Delivered(int mails) ->
                new Up(up.since(), up.allowance(), Clues.NONE, delivered(up.probation(), mails));
            case TempFailed(var mail, String why) -> {
                Clues clues = up.clues().tempFailed(mail);
                yield isStreak(clues) ? throttled(clues, why) : up.with(clues);
            }
            case Met(Trouble trouble, int alive) -> met(up, trouble, alive);
            case ContentLost(var mail, Trouble trouble, int alive) ->
                up.clues().lostAnother(mail)
                        ? met(up, trouble, alive)
                        : up.with(up.clues().lost(mail));
            case Refused refused -> {
                Optional<Probation> probation = up.probation().map(it -> it.refused(refused));
                yield isWrong(probation)
                        ? quarantine(refused, probation)
                        : new Up(up.since(), up.allowance(), up.clues().refused(), probation);
            }
            case RefusedAll(String why) ->
                up.probation().isPresent() ? quarantine(why, up.probation()) : met(up, unwell(why), 0);
            case Flush _ -> new Up(up.since(), new Allowance(rules.maxConnections(), now), up.clues(), up.probation());
            case Slow _, Answered _, NotAnswered _, Tried _, Hold _, Release _ -> up;
        };
    }

    private GateState met(Up up, Trouble trouble, int alive) {
        if (isOnlyOneTooMany(trouble, alive)) {
            Allowance lowered = up.allowance().refusedBeside(alive, now, rules.maxConnections(), rules.allowanceStep());
            return new Up(up.since(), lowered, up.clues(), up.probation());
        }
        return down(trouble, 0, hasJustComeBack(up) ? alive : 0);
    }

    /** One that refuses connections beside others so soon after an outage lets in no more; else those others are dead, too. */
    private boolean hasJustComeBack(Up up) {
        return Duration.between(up.since(), now).compareTo(JUST) < 0;
    }

    private GateState afterRamp(Ramp ramp, GateEvent event) {
        return switch (event) {
            case Delivered(int mails) -> delivered(ramp, mails);
            case TempFailed(var mail, String why) -> {
                Clues clues = ramp.clues().tempFailed(mail);
                yield isStreak(clues) ? throttled(clues, why) : setBack(ramp.with(clues), ramp.target());
            }
            case Met(Trouble trouble, int alive) -> met(ramp, trouble, alive);
            case ContentLost(var mail, Trouble trouble, int alive) ->
                ramp.clues().lostAnother(mail)
                        ? met(ramp, trouble, alive)
                        : ramp.with(ramp.clues().lost(mail));
            case Refused refused -> {
                Optional<Probation> probation = ramp.probation().map(it -> it.refused(refused));
                yield isWrong(probation)
                        ? quarantine(refused, probation)
                        : ramp.with(probation).with(ramp.clues().refused());
            }
            case RefusedAll(String why) ->
                ramp.probation().isPresent() ? quarantine(why, ramp.probation()) : met(ramp, unwell(why), 0);
            case Slow _ -> setBack(ramp, ramp.target());
            case Flush _ -> ramp.withUnhealthyInRow(0);
            case Answered _, NotAnswered _, Tried _, Hold _, Release _ -> ramp;
        };
    }

    private GateState met(Ramp ramp, Trouble trouble, int alive) {
        return isOnlyOneTooMany(trouble, alive)
                ? setBack(ramp, Math.clamp(alive, 1, ramp.target()))
                : down(trouble, ramp.unhealthyInRow(), alive);
    }

    /** One report doubles once at most: all its deliveries were made with the connections of before. */
    private GateState delivered(Ramp ramp, int mails) {
        Optional<Probation> probation = delivered(ramp.probation(), mails);
        long delivered = (long) ramp.delivered() + mails;
        if (delivered < ramp.concurrency()) {
            return new Ramp(
                    ramp.since(),
                    ramp.after(),
                    ramp.concurrency(),
                    ramp.target(),
                    (int) delivered,
                    ramp.setBack(),
                    0,
                    Clues.NONE,
                    probation);
        }
        int doubled = Math.min(2 * ramp.concurrency(), ramp.target());
        return doubled == ramp.target()
                ? new Up(now, new Allowance(doubled, now), Clues.NONE, probation)
                : new Ramp(ramp.since(), ramp.after(), doubled, ramp.target(), 0, false, 0, Clues.NONE, probation);
    }

    private static Ramp setBack(Ramp ramp, int target) {
        return ramp.setBack()
                ? ramp
                : new Ramp(
                        ramp.since(),
                        ramp.after(),
                        Math.max(1, Math.min(ramp.concurrency() / 2, target)),
                        target,
                        0,
                        true,
                        ramp.unhealthyInRow(),
                        ramp.clues(),
                        ramp.probation());
    }

    private GateState afterThrottled(Throttled throttled, GateEvent event) {
        Trial trial = throttled.trial();
        return switch (event) {
            case Delivered(int mails) ->
                ramp(throttled.reason(), throttled.probation().delivered(mails, now));
            case Tried _ -> throttled.with(trial.started(now, rules.trialPatience()));
            case TempFailed _ -> trial.going() ? throttled.with(trial.failed(now, rules.trialMax())) : throttled;
            case Met(Trouble trouble, int alive) -> met(throttled, trouble, alive);
            case ContentLost(var mail, Trouble trouble, int alive) ->
                throttled.clues().lostAnother(mail) ? met(throttled, trouble, alive) : lost(throttled, mail);
            case Refused refused
            when trial.going() -> {
                Probation probation = throttled.probation().refused(refused);
                yield isWrong(Optional.of(probation))
                        ? quarantine(refused, Optional.of(probation))
                        : new Throttled(
                                throttled.since(), throttled.reason(), trial.ended(now), throttled.clues(), probation);
            }
            case RefusedAll(String why) -> down(unwell(why), 0, 0);
            case Flush _ -> throttled.with(trial.flushed(now, rules.trialFirst()));
            case Refused _, Slow _, Answered _, NotAnswered _, Hold _, Release _ -> throttled;
        };
    }

    private GateState met(Throttled throttled, Trouble trouble, int alive) {
        if (!isOnlyOneTooMany(trouble, alive)) {
            return down(trouble, 0, alive);
        }
        Trial trial = throttled.trial();
        return trial.going() ? throttled.with(trial.failed(now, rules.trialMax())) : throttled;
    }

    /** The mail of the trial, or one that was still under way; either way the mail's own. */
    private Throttled lost(Throttled throttled, QueueId mail) {
        Trial trial = throttled.trial();
        return new Throttled(
                throttled.since(),
                throttled.reason(),
                trial.going() ? trial.failed(now, rules.trialMax()) : trial,
                throttled.clues().lost(mail),
                throttled.probation());
    }

    private GateState afterDown(Down down, GateEvent event) {
        return switch (event) {
            case Answered _ -> ramp(down, down.unhealthyInRow());
            case Delivered _ when down.trouble().kind() == Trouble.Kind.UNHEALTHY -> ramp(down, 0);
            case NotAnswered(Trouble trouble) ->
                new Down(down.since(), trouble, inRow(down.unhealthyInRow(), trouble), down.target());
            case Met(Trouble trouble, int _) -> metLate(down, trouble);
            case ContentLost(var _, Trouble trouble, int _) -> metLate(down, trouble);
            case RefusedAll(String why) -> metLate(down, unwell(why));
            case Flush _ -> new Down(down.since(), down.trouble(), 0, down.target());
            case Delivered _, TempFailed _, Refused _, Slow _, Tried _, Hold _, Release _ -> down;
        };
    }

    /** The newest reason is the one to show; but sessions that die after their host tell nothing of who is there now. */
    private static Down metLate(Down down, Trouble trouble) {
        return trouble.kind() == Trouble.Kind.NO_ANSWER || down.trouble().kind() == Trouble.Kind.UNHEALTHY
                ? new Down(down.since(), trouble, down.unhealthyInRow(), down.target())
                : down;
    }

    private static boolean isOnlyOneTooMany(Trouble trouble, int alive) {
        return trouble.kind() == Trouble.Kind.UNHEALTHY && alive > 0;
    }

    private static Trouble unwell(String why) {
        return new Trouble(Trouble.Kind.UNHEALTHY, why);
    }

    /** @param alive if any were, as many as it takes at once: they were alive when one more was not let in */
    private Down down(Trouble trouble, int unhealthyInRow, int alive) {
        int max = rules.maxConnections();
        return new Down(now, trouble, inRow(unhealthyInRow, trouble), alive > 0 ? Math.min(alive, max) : max);
    }

    private static int inRow(int before, Trouble trouble) {
        return switch (trouble.kind()) {
            case NO_ANSWER -> 0;
            case UNHEALTHY -> Math.min(before, Integer.MAX_VALUE - 1) + 1;
        };
    }

    private Ramp ramp(Down down, int unhealthyInRow) {
        Optional<Probation> probation = Optional.of(rules.fresh());
        return new Ramp(now, down.trouble().why(), 1, down.target(), 0, false, unhealthyInRow, Clues.NONE, probation);
    }

    private Ramp ramp(String after, Optional<Probation> probation) {
        return new Ramp(now, after, 1, rules.maxConnections(), 0, false, 0, Clues.NONE, probation);
    }

    private boolean isStreak(Clues clues) {
        return clues.tempFailed().size() >= rules.streak();
    }

    private Throttled throttled(Clues clues, String why) {
        Trial trial = Trial.first(now, rules.trialFirst());
        String reason = rules.streak() + " mails in a row were deferred, the last: " + why;
        return new Throttled(now, reason, trial, new Clues(Set.of(), clues.contentLost()), rules.fresh());
    }

    private boolean isWrong(Optional<Probation> probation) {
        return probation
                .filter(it -> it.amiss().size() >= rules.amiss() || it.refused().size() >= rules.refusals())
                .isPresent();
    }

    private Quarantine quarantine(Refused refused, Optional<Probation> probation) {
        String what = refused.amiss() ? "recipient after recipient, the last " : "mail after mail, the last for ";
        return quarantine(what + refused.recipient() + ": " + refused.why(), probation);
    }

    private Quarantine quarantine(String what, Optional<Probation> probation) {
        boolean again = probation.filter(Probation::released).isPresent();
        return new Quarantine(now, "refuses after an outage what it should take: " + what, again);
    }

    private Optional<Probation> delivered(Optional<Probation> probation, int mails) {
        return probation.flatMap(it -> it.delivered(mails, now));
    }

    private Up believed(Up up) {
        return rules.isRunning(up.probation(), now) == up.probation().isPresent()
                ? up
                : new Up(up.since(), up.allowance(), up.clues(), Optional.empty());
    }

    /** A clock that was set back must not keep a lowered number low for as long. */
    private Up anchored(Up up) {
        Allowance allowance = up.allowance();
        return allowance.since().isAfter(now)
                ? new Up(up.since(), new Allowance(allowance.base(), now), up.clues(), up.probation())
                : up;
    }

    private Ramp believed(Ramp ramp) {
        return rules.isRunning(ramp.probation(), now) == ramp.probation().isPresent()
                ? ramp
                : ramp.with(Optional.empty());
    }
}
