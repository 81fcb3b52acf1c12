package io.backupmx.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Range checks of one section, all of them before {@link #enforce} throws: an operator mends a file once. */
final class Ranges {

    private final Map<String, String> problems = new LinkedHashMap<>();

    Ranges check(String key, long value, long min, long max) {
        return require(key, value >= min && value <= max, value + " is not within " + min + ".." + max);
    }

    Ranges checkSize(String key, long value, long min, long max) {
        return require(
                key,
                value >= min && value <= max,
                Sizes.format(value) + " is not within " + Sizes.format(min) + ".." + Sizes.format(max));
    }

    Ranges check(String key, Duration value, Duration min, Duration max) {
        return require(
                key,
                value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                Durations.format(value) + " is not within " + Durations.format(min) + ".." + Durations.format(max));
    }

    Ranges checkListen(String key, String value) {
        return require(key, HostPort.parse(value).isPresent(), "'" + value + "' is not " + HostPort.FORM);
    }

    Ranges require(String key, boolean right, String otherwise) {
        if (!right) {
            problems.putIfAbsent(key, otherwise);
        }
        return this;
    }

    void enforce() {
        if (!problems.isEmpty()) {
            throw new RangeException(problems);
        }
    }
}
