package io.backupmx.config;

import java.time.Duration;

/**
 * How long failed mail and dead letters are kept.
 *
 * @param retention since they failed
 * @param maxSharePercent how much of the spool's disk they may take; beyond it the oldest go first
 */
public record FailedConfig(Duration retention, int maxSharePercent) {

    public static final FailedConfig DEFAULT = new FailedConfig(Duration.ofDays(14), 20);

    public FailedConfig {
        new Ranges()
                .check("retention", retention, Duration.ofMinutes(1), Duration.ofDays(3650))
                .check("max_share_percent", maxSharePercent, 1, 90)
                .enforce();
    }
}
