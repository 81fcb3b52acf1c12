package io.backupmx.config;

import java.time.Duration;

/**
 * How the relay tables ({@code domains}, {@code relay_domains}, {@code transport}, {@code relay_recipients}) are loaded
 * anew while a service runs.
 *
 * @param trigger what makes a service look
 * @param interval between looks at the files; what changed is loaded when it is the same at two looks
 * @param shrinkLimitPercent how much of its recipients a domain may lose at once without an operator's word
 */
public record ReloadConfig(Trigger trigger, Duration interval, int shrinkLimitPercent) {

    /** What makes a service load the tables anew. */
    public enum Trigger {
        /** A changed file, and what {@link #COMMAND} stands for. */
        CHANGE,
        /** SIGHUP and {@code backupmx reload} only. */
        COMMAND
    }

    public static final ReloadConfig DEFAULT = new ReloadConfig(Trigger.CHANGE, Duration.ofSeconds(2), 30);

    public ReloadConfig {
        new Ranges()
                .check("interval", interval, Duration.ofMillis(100), Duration.ofHours(1))
                .check("shrink_limit_percent", shrinkLimitPercent, 0, 100)
                .enforce();
    }
}
