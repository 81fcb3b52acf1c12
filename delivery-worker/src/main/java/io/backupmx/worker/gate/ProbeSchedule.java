package io.backupmx.worker.gate;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a route that is down is probed next. One that gives no answer: every {@code interval} from start to start in the
 * first hour, then ever more slowly, up to {@code intervalLater} after as many hours as that takes. One that answers, but
 * not well: {@code unhealthy} from end to start, doubled each time, up to {@code unhealthyMax}. Waits are shortened, never
 * lengthened, by up to a tenth, so that many routes of one host do not march in step.
 */
public record ProbeSchedule(Duration interval, Duration intervalLater, Duration unhealthy, Duration unhealthyMax) {

    private static final Duration FAST = Duration.ofHours(1);
    private static final double JITTER = 0.1;

    /**
     * The time to wait now that a probe has ended.
     *
     * @param downFor how long the route has been down
     * @param took how long the probe took
     * @param unhealthyInRow how many probes in a row, this one included, found somebody unwell
     */
    public Duration waitAfter(
            Trouble.Kind found, Duration downFor, Duration took, int unhealthyInRow, RandomGenerator random) {
        Duration wait = switch (found) {
            case NO_ANSWER -> silentInterval(downFor).minus(took);
            case UNHEALTHY -> unhealthyInterval(unhealthyInRow);
        };
        long nanos = (long) (wait.toNanos() * (1 - JITTER * random.nextDouble()));
        return Duration.ofNanos(Math.max(0, nanos));
    }

    /** What the first probe of a host that was just lost has less to wait: it may be back in a moment, as after a restart. */
    Duration headStart() {
        return interval.multipliedBy(2).dividedBy(3);
    }

    private Duration silentInterval(Duration downFor) {
        if (downFor.compareTo(FAST) <= 0) {
            return interval;
        }
        Duration grown =
                Duration.ofNanos((long) (interval.toNanos() * ((double) downFor.toMillis() / FAST.toMillis())));
        return shorter(grown, longer(interval, intervalLater));
    }

    private Duration unhealthyInterval(int inRow) {
        int doublings = Math.clamp(inRow - 1L, 0, 16);
        return shorter(unhealthy.multipliedBy(1L << doublings), longer(unhealthy, unhealthyMax));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
