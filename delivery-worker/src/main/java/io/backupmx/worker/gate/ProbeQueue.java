package io.backupmx.worker.gate;

import io.backupmx.route.NextHop;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Which next hop is to be probed when, in order: those an operator has asked for, then the one that has been due for
 * longest. So when more are dead than may be probed in their intervals, each still gets its turn, in a round. Pure: time is
 * an argument, in nanoseconds. For one thread at a time.
 */
final class ProbeQueue {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final ProbeSchedule schedule;
    private final RandomGenerator random;
    private final int maxGoing;
    private final Map<NextHop, Hop> hops = new HashMap<>();
    private final TreeSet<Hop> waiting = new TreeSet<>(Comparator.<Hop>comparingInt(hop -> hop.hurried ? 0 : 1)
            .thenComparingLong(hop -> hop.due)
            .thenComparingLong(hop -> hop.number));
    private OptionalLong lastStart = OptionalLong.empty();
    private int going;
    private long numbers;

    /** @param maxGoing probes at once at most */
    ProbeQueue(ProbeSchedule schedule, RandomGenerator random, int maxGoing) {
        this.schedule = schedule;
        this.random = random;
        this.maxGoing = maxGoing;
    }

    /** Is either waiting for its turn, and in {@code waiting}, or going. */
    private static final class Hop {
        final NextHop name;
        final long number;
        Trouble.Kind found;
        long downAt;
        int unhealthyInRow;
        long due;
        long startedAt;
        boolean hurried;
        boolean going;
        boolean wanted = true;

        Hop(NextHop name, long number, Trouble.Kind found, long downAt, int unhealthyInRow) {
            this.name = name;
            this.number = number;
            this.found = found;
            this.downAt = downAt;
            this.unhealthyInRow = unhealthyInRow;
        }
    }

    /** {@code name} is to be probed from now on. Does nothing when it is already. */
    void add(NextHop name, Trouble.Kind found, int unhealthyInRow, Duration downFor, long now) {
        Hop known = hops.get(name);
        if (known != null) {
            known.wanted = true;
            return;
        }
        Hop hop = new Hop(name, numbers++, found, now - downFor.toNanos(), unhealthyInRow);
        hops.put(name, hop);
        boolean justLost = found == Trouble.Kind.NO_ANSWER && downFor.compareTo(schedule.interval()) < 0;
        queue(hop, justLost ? schedule.headStart() : Duration.ZERO, now);
    }

    /** Nobody wants to know of {@code name}. A probe that is going on holds its place until it has {@link #ended}. */
    void remove(NextHop name) {
        Hop hop = hops.get(name);
        if (hop == null) {
            return;
        }
        if (hop.going) {
            hop.wanted = false;
            hop.hurried = false;
        } else {
            waiting.remove(hop);
            hops.remove(name);
        }
    }

    /** At once, or right after the probe that is going on; what was found so far makes no later one wait longer. */
    void hurry(NextHop name, long now) {
        Hop hop = hops.get(name);
        if (hop == null) {
            return;
        }
        boolean waited = waiting.remove(hop);
        hop.hurried = true;
        hop.unhealthyInRow = 0;
        hop.downAt = now;
        if (waited) {
            waiting.add(hop);
        }
    }

    /** The next hop whose probe starts now, if any is due and {@code perSecond} lets one start. */
    Optional<NextHop> start(long now, double perSecond) {
        if (waitBeforeStart(now, perSecond).orElse(1) > 0) {
            return Optional.empty();
        }
        Hop hop = waiting.removeFirst();
        hop.hurried = false;
        hop.going = true;
        hop.startedAt = now;
        going++;
        lastStart = OptionalLong.of(now);
        return Optional.of(hop.name);
    }

    /** How long until {@link #start} gives one, nothing else happening; empty when it does not at all. */
    OptionalLong waitBeforeStart(long now, double perSecond) {
        if (waiting.isEmpty() || going >= maxGoing || perSecond <= 0) {
            return OptionalLong.empty();
        }
        Hop first = waiting.first();
        long untilDue = first.hurried ? 0 : first.due - now;
        long untilAllowed = lastStart.isPresent() ? lastStart.getAsLong() + (long) (SECOND / perSecond) - now : 0;
        return OptionalLong.of(Math.max(0, Math.max(untilDue, untilAllowed)));
    }

    /** The probe of {@code name} has found this trouble. */
    void ended(NextHop name, Trouble.Kind found, long now) {
        Hop hop = hops.get(name);
        if (hop != null && hop.going) {
            hop.found = found;
            hop.unhealthyInRow = switch (found) {
                case NO_ANSWER -> 0;
                case UNHEALTHY -> Math.min(hop.unhealthyInRow, Integer.MAX_VALUE - 1) + 1;
            };
            ended(name, now);
        }
    }

    /** The probe of {@code name} has found nothing, or nothing that counts. */
    void ended(NextHop name, long now) {
        Hop hop = hops.get(name);
        if (hop == null || !hop.going) {
            return;
        }
        hop.going = false;
        going--;
        if (hop.wanted) {
            queue(hop, Duration.ofNanos(now - hop.startedAt), now);
        } else {
            hops.remove(name);
        }
    }

    private void queue(Hop hop, Duration took, long now) {
        Duration downFor = Duration.ofNanos(now - hop.downAt);
        hop.due = now
                + schedule.waitAfter(hop.found, downFor, took, hop.unhealthyInRow, random)
                        .toNanos();
        waiting.add(hop);
    }

    /**
     * When {@code name} is probed next, if all goes on like that: when it is due, or, when so many are that they have to wait
     * for their turn, once all the others have had theirs. Empty while it is probed.
     */
    OptionalLong expected(NextHop name, long now, double perSecond) {
        Hop hop = hops.get(name);
        if (hop == null || hop.going) {
            return OptionalLong.empty();
        }
        boolean crowded = perSecond > 0 && now - waiting.first().due > SECOND;
        long round = crowded ? now + (long) (waiting.size() * (SECOND / perSecond)) : hop.due;
        return OptionalLong.of(Math.max(hop.due, round));
    }

    int size() {
        return hops.size();
    }

    int going() {
        return going;
    }
}
