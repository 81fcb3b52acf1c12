package io.backupmx.worker.retry;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * When a recipient that was deferred is tried again, and when it is given up (RFC 5321 §4.5.4.1). Outages of a route are
 * none of its business: they burn no attempts.
 *
 * <p>Each configured delay comes in a few lengths, up to 10 % longer than configured, and a deferral takes one of them at
 * random: mail deferred together does not come back together, and yet all mail of one length waits equally long, so that
 * the order of its queue is the order in which it is due.
 */
public final class RetrySchedule {

    /** A delay's lengths are itself and thirds of a tenth more. */
    private static final int LENGTHS = 4;

    /** What follows a deferral. */
    public sealed interface Next {

        /** From now until the next try, if there is one. */
        Duration delay();

        /** Another try. */
        record Retry(Duration delay) implements Next {}

        /**
         * No further try: the recipient has had its time.
         *
         * @param delay for one that may not be given up now all the same: the longest
         */
        record Expired(Duration maxLifetime, Duration delay) implements Next {}
    }

    private final List<List<Duration>> lengths;
    private final Duration maxLifetime;
    private final RandomGenerator random;

    /** @param delays whole seconds, at least one; the first follows the first attempt, the last repeats */
    public RetrySchedule(List<Duration> delays, Duration maxLifetime, RandomGenerator random) {
        if (delays.isEmpty()) {
            throw new IllegalArgumentException("no delay");
        }
        this.lengths = delays.stream().map(RetrySchedule::lengthsOf).toList();
        this.maxLifetime = maxLifetime;
        this.random = random;
    }

    /** Whole seconds, for queues are named by them; rounded down, so that 10 % is never exceeded. */
    private static List<Duration> lengthsOf(Duration delay) {
        long parts = 10L * (LENGTHS - 1);
        return IntStream.range(0, LENGTHS)
                .mapToObj(i -> Duration.ofSeconds(delay.toSeconds() * (parts + i) / parts))
                .distinct()
                .toList();
    }

    /**
     * A recipient is given up at its first deferral at or beyond {@code maxLifetime}, never before it. One that is younger
     * always gets another try, though that may come up to one delay beyond its lifetime: waiting a little longer for the
     * last try loses nothing, and a shortened wait would need a queue of its own.
     *
     * @param attempt how many attempts have been deferred, this one included; at least 1
     * @param age arrival until now; negative when the clock was set back, and then the recipient is young
     */
    public Next nextAfter(int attempt, Duration age) {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt " + attempt + " has not been made");
        }
        if (age.compareTo(maxLifetime) >= 0) {
            return new Next.Expired(maxLifetime, lengths.getLast().getLast());
        }
        List<Duration> choice = lengths.get(Math.min(attempt, lengths.size()) - 1);
        return new Next.Retry(choice.get(random.nextInt(choice.size())));
    }

    /** Every delay that can occur with these configured ones, each once, the shortest first: those are the retry queues to serve. */
    public static List<Duration> queues(Collection<Duration> delays) {
        return delays.stream()
                .distinct()
                .flatMap(delay -> lengthsOf(delay).stream())
                .distinct()
                .sorted()
                .toList();
    }
}
