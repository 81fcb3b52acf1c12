package io.backupmx.worker.gate;

import io.backupmx.worker.RouteStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The limits a route's gate goes by, and what they make of a state. Pure: whoever keeps a route holds its state, and asks
 * here for the next. What counts for what is in {@link Transitions}.
 *
 * @param maxConnections to the route, of all workers together
 * @param allowanceStep how long a lowered number of connections is kept before one more is tried
 * @param streak different mails deferred in a row that throttle the route
 * @param trialFirst wait before the first trial; doubled after each
 * @param trialMax the wait it grows to
 * @param trialPatience until a trial that nobody reports of is taken for lost
 * @param probation deliveries after an outage until refusals are believed
 * @param probationLimit time from the first of them until refusals are believed anyhow
 * @param amiss recipients known to exist whose refusal on probation means quarantine
 * @param refusals mails whose refusal for any other reason means so, while none at all is taken
 */
public record GateRules(
        int maxConnections,
        Duration allowanceStep,
        int streak,
        Duration trialFirst,
        Duration trialMax,
        Duration trialPatience,
        int probation,
        Duration probationLimit,
        int amiss,
        int refusals) {

    public GateRules {
        if (maxConnections < 1 || streak < 1 || probation < 1 || amiss < 1 || refusals < 1) {
            throw new IllegalArgumentException("limits are at least 1");
        }
        if (!allowanceStep.isPositive() || !trialFirst.isPositive() || trialMax.compareTo(trialFirst) < 0) {
            throw new IllegalArgumentException("times are positive, and do not shrink");
        }
        if (trialPatience.compareTo(trialMax) < 0) {
            throw new IllegalArgumentException("a trial is waited for as long as the next, at least");
        }
    }

    /** The product's own limits. */
    public static GateRules of(int maxConnections, Duration allowanceStep) {
        return new GateRules(
                maxConnections,
                allowanceStep,
                5,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofMinutes(5),
                20,
                Duration.ofHours(1),
                3,
                10);
    }

    /** A route of which nothing is known. */
    public GateState initial(Instant now) {
        return new GateState.Up(now, new Allowance(maxConnections, now), Clues.NONE, Optional.empty());
    }

    /** The same state when {@code event} changes nothing. */
    public GateState after(GateState state, GateEvent event, Instant now) {
        return new Transitions(this, now).after(state, event);
    }

    /** The same of a route without a gate of its own: only an operator's word counts, and after it nothing need ramp up. */
    public GateState ungated(GateState state, GateEvent event, Instant now) {
        return switch (event) {
            case GateEvent.Hold(String reason) ->
                new GateState.Held(state instanceof GateState.Held held ? held.since() : now, reason);
            case GateEvent.Release _ -> state instanceof GateState.Up ? state : initial(now);
            case GateEvent.Delivered _,
                    GateEvent.TempFailed _,
                    GateEvent.Met _,
                    GateEvent.ContentLost _,
                    GateEvent.Refused _,
                    GateEvent.RefusedAll _,
                    GateEvent.Slow _,
                    GateEvent.Answered _,
                    GateEvent.NotAnswered _,
                    GateEvent.Tried _,
                    GateEvent.Flush _ -> state;
        };
    }

    /** How many deliveries may go on at once now, of all workers together. */
    public int connections(GateState state, Instant now) {
        return switch (state) {
            case GateState.Up up -> up.allowance().at(now, maxConnections, allowanceStep);
            case GateState.Ramp ramp -> ramp.concurrency();
            case GateState.Throttled throttled -> throttled.trial().isDue(now, trialPatience) ? 1 : 0;
            case GateState.Down _, GateState.Held _, GateState.Quarantine _ -> 0;
        };
    }

    /** Whether a content lost on its way now is the route's fault, not the mail's: what {@link #after} makes of it too. */
    public boolean isRoutesFault(GateState state, GateEvent.ContentLost event) {
        return switch (state) {
            case GateState.Up up -> up.clues().lostAnother(event.mail());
            case GateState.Ramp ramp -> ramp.clues().lostAnother(event.mail());
            case GateState.Throttled throttled -> throttled.clues().lostAnother(event.mail());
            case GateState.Down _ -> true;
            case GateState.Held _, GateState.Quarantine _ -> false;
        };
    }

    /** Whether the route has just come back and has yet to prove itself; for people. */
    public boolean isOnProbation(GateState state, Instant now) {
        return switch (state) {
            case GateState.Up up -> isRunning(up.probation(), now);
            case GateState.Ramp ramp -> isRunning(ramp.probation(), now);
            case GateState.Throttled _ -> true;
            case GateState.Down _, GateState.Held _, GateState.Quarantine _ -> false;
        };
    }

    /** Whether a 5xx ends a recipient: not on probation, and not for what was still under way when the route left UP. */
    public boolean believesRefusals(GateState state, Instant now) {
        return switch (state) {
            case GateState.Up _, GateState.Ramp _ -> !isOnProbation(state, now);
            case GateState.Throttled _, GateState.Down _, GateState.Held _, GateState.Quarantine _ -> false;
        };
    }

    boolean isRunning(Optional<Probation> probation, Instant now) {
        return probation.filter(it -> !it.isOver(probationLimit, now)).isPresent();
    }

    /** How often in a row the route was found unwell: what a prober's patience goes by. */
    public int unhealthyInRow(GateState state) {
        return switch (state) {
            case GateState.Down down -> down.unhealthyInRow();
            case GateState.Ramp ramp -> ramp.unhealthyInRow();
            case GateState.Up _, GateState.Throttled _, GateState.Held _, GateState.Quarantine _ -> 0;
        };
    }

    /** The state's name as everybody sees it. */
    public RouteStatus.State name(GateState state) {
        return switch (state) {
            case GateState.Up _ -> RouteStatus.State.UP;
            case GateState.Ramp _ -> RouteStatus.State.RAMP;
            case GateState.Throttled _ -> RouteStatus.State.THROTTLED;
            case GateState.Down _ -> RouteStatus.State.DOWN;
            case GateState.Held _ -> RouteStatus.State.HELD;
            case GateState.Quarantine _ -> RouteStatus.State.QUARANTINE;
        };
    }

    /** Why it is not up, for people; empty when it is. */
    public String reason(GateState state) {
        return switch (state) {
            case GateState.Up _ -> "";
            case GateState.Ramp ramp -> ramp.after();
            case GateState.Throttled throttled -> throttled.reason();
            case GateState.Down down -> down.trouble().why();
            case GateState.Held held -> held.reason();
            case GateState.Quarantine quarantine -> quarantine.reason();
        };
    }

    /** When the number of {@link #connections} changes by itself next: a trial. A prober knows when it probes. */
    public Optional<Instant> next(GateState state) {
        return state instanceof GateState.Throttled throttled
                ? Optional.of(throttled.trial().next())
                : Optional.empty();
    }

    /**
     * The state that was published so, by a worker that is no more. What was not published is taken as the more careful
     * guess: a probation starts anew, a probe comes soon.
     */
    public GateState restored(
            RouteStatus.State name,
            Instant since,
            String reason,
            int limit,
            boolean onProbation,
            Optional<Instant> next,
            Instant now) {
        int connections = Math.clamp(limit, 1, maxConnections);
        return switch (name) {
            case UP ->
                new GateState.Up(
                        since,
                        new Allowance(connections, now),
                        Clues.NONE,
                        onProbation ? Optional.of(fresh().from(since)) : Optional.empty());
            case RAMP ->
                new GateState.Ramp(
                        since,
                        reason,
                        connections,
                        maxConnections,
                        0,
                        false,
                        0,
                        Clues.NONE,
                        onProbation ? Optional.of(fresh()) : Optional.empty());
            case THROTTLED -> new GateState.Throttled(since, reason, restoredTrial(next, now), Clues.NONE, fresh());
            case DOWN -> new GateState.Down(since, new Trouble(Trouble.Kind.NO_ANSWER, reason), 0, maxConnections);
            case HELD, GONE -> new GateState.Held(since, reason); // no gate is GONE
            case QUARANTINE -> new GateState.Quarantine(since, reason, false);
        };
    }

    /**
     * One may be out, and whoever has it may be gone: it is not waited for longer than between any two trials. One that was
     * due because the clock had been set back still is.
     */
    private Trial restoredTrial(Optional<Instant> next, Instant now) {
        Instant latest = now.plus(trialMax);
        boolean wasDue = next.filter(it -> new Trial(trialFirst, false, it).isDue(now, trialPatience))
                .isPresent();
        Instant due = wasDue ? now : next.filter(latest::isAfter).orElse(latest);
        return new Trial(trialFirst, false, due);
    }

    /** On which only a next hop that takes nothing is wrong. */
    Probation ofReleased() {
        return Probation.ofReleased(probation);
    }

    Probation fresh() {
        return Probation.of(probation);
    }
}
