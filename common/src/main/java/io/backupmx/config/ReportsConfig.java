package io.backupmx.config;

import java.time.Duration;
import java.util.Optional;

/**
 * Reports to senders of what became of their mail (RFC 3464).
 *
 * @param failures who is told, of whatever it is; domains may say otherwise
 * @param delayWarning age of mail that was tried and still waits at which its sender is told, once; absent: never
 * @param perMinute at most so many, of one worker
 * @param perAddressPerHour at most so many to one address, of one worker
 */
public record ReportsConfig(Failures failures, Optional<Duration> delayWarning, int perMinute, int perAddressPerHour) {

    public static final ReportsConfig DEFAULT = new ReportsConfig(Failures.AUTO, Optional.empty(), 100, 20);

    public ReportsConfig {
        Ranges ranges = new Ranges()
                .check("per_minute", perMinute, 1, 100_000)
                .check("per_address_per_hour", perAddressPerHour, 1, 100_000);
        delayWarning.ifPresent(age -> ranges.check("delay_warning", age, Duration.ofSeconds(1), Duration.ofDays(30)));
        ranges.enforce();
    }
}
