package io.backupmx.config;

import java.time.Duration;

/** Range checks whose message names the key, the value and what would be right. */
final class Ranges {

    private Ranges() {}

    static void check(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + ": " + value + " is not within " + min + ".." + max);
        }
    }

    static void check(String key, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(key + ": " + Durations.format(value) + " is not within "
                    + Durations.format(min) + ".." + Durations.format(max));
        }
    }
}
