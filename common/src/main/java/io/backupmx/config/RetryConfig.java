package io.backupmx.config;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Deferred recipients.
 *
 * @param delays wait before a tempfailed recipient is tried again: the first after the first attempt, and so on; the last
 *     repeats. Whole seconds, none shorter than the one before
 * @param maxLifetime age at which a recipient is given up (RFC 5321 §4.5.4.1)
 * @param reportLifetime the same of reports of our own to senders in domains that are none of ours
 */
public record RetryConfig(List<Duration> delays, Duration maxLifetime, Duration reportLifetime) {

    /** Each delay has queues of its own, and each queue a consumer in every worker. */
    private static final int MAX_DELAYS = 16;

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    /** Of the delays; what waits for one waits a tenth longer at most. */
    public static final Duration LONGEST = Duration.ofDays(1);

    public static final RetryConfig DEFAULT = new RetryConfig(
            List.of(
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(20),
                    Duration.ofMinutes(40),
                    Duration.ofHours(1)),
            Duration.ofDays(30),
            Duration.ofDays(5));

    public RetryConfig {
        delays = List.copyOf(delays);
        Ranges ranges = new Ranges();
        check(ranges, delays);
        checkLifetime(ranges, "max_lifetime", maxLifetime);
        checkLifetime(ranges, "report_lifetime", reportLifetime);
        ranges.enforce();
    }

    static void check(Ranges ranges, List<Duration> delays) {
        ranges.require("delays", !delays.isEmpty(), "is empty; write at least one time")
                .require(
                        "delays",
                        delays.size() <= MAX_DELAYS,
                        delays.size() + " times are more than " + MAX_DELAYS + "; the last one repeats")
                .require("delays", isAscending(delays), written(delays) + " is not in ascending order");
        for (Duration delay : delays) {
            ranges.check("delays", delay, SHORTEST, LONGEST)
                    .require("delays", delay.toMillis() % 1000 == 0, Durations.format(delay) + " is not whole seconds");
        }
    }

    static void checkLifetime(Ranges ranges, String key, Duration lifetime) {
        ranges.check(key, lifetime, Duration.ofSeconds(1), Duration.ofDays(365));
    }

    private static boolean isAscending(List<Duration> delays) {
        return IntStream.range(1, delays.size()).allMatch(i -> delays.get(i - 1).compareTo(delays.get(i)) <= 0);
    }

    private static String written(List<Duration> delays) {
        return delays.stream().map(Durations::format).collect(Collectors.joining(", ", "[", "]"));
    }
}
