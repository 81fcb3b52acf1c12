package io.backupmx.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Deferred recipients of one domain: what it says of {@link RetryConfig}.
 *
 * @param delays absent: as for all
 * @param maxLifetime absent: as for all
 */
public record DomainRetry(Optional<List<Duration>> delays, Optional<Duration> maxLifetime) {

    public DomainRetry {
        delays = delays.map(List::copyOf);
        Ranges ranges = new Ranges();
        delays.ifPresent(list -> RetryConfig.check(ranges, list));
        maxLifetime.ifPresent(lifetime -> RetryConfig.checkLifetime(ranges, "max_lifetime", lifetime));
        ranges.enforce();
    }

    /** As if it were not there. */
    public boolean saysNothing() {
        return delays.isEmpty() && maxLifetime.isEmpty();
    }

    /** What holds where {@code usual} is for all. */
    public RetryConfig over(RetryConfig usual) {
        return new RetryConfig(
                delays.orElse(usual.delays()), maxLifetime.orElse(usual.maxLifetime()), usual.reportLifetime());
    }
}
