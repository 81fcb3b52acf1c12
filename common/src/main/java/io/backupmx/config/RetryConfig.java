package io.backupmx.config;

import java.time.Duration;

/**
 * Deferred recipients.
 *
 * @param delay wait before a tempfailed recipient is tried again
 * @param maxLifetime age at which a recipient is given up (RFC 5321 §4.5.4.1)
 */
public record RetryConfig(Duration delay, Duration maxLifetime) {

    public static final RetryConfig DEFAULT = new RetryConfig(Duration.ofMinutes(5), Duration.ofDays(30));

    public RetryConfig {
        new Ranges()
                .check("delay", delay, Duration.ofSeconds(1), Duration.ofDays(1))
                .check("max_lifetime", maxLifetime, Duration.ofSeconds(1), Duration.ofDays(365))
                .enforce();
    }
}
