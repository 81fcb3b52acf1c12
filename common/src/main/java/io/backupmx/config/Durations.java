package io.backupmx.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as Postfix and people write them: a number and its unit, {@code 90s}, {@code 1500ms}, {@code 5m}, {@code 2h},
 * {@code 30d}, {@code 1w}, or several of them, {@code 1h30m}. A bare number has no unit and is refused.
 */
public final class Durations {

    private static final Pattern PART = Pattern.compile("\\s*(\\d{1,9})\\s*(ms|s|m|h|d|w)\\s*");

    private Durations() {}

    public static Optional<Duration> parse(String text) {
        Matcher matcher = PART.matcher(text);
        Duration total = Duration.ZERO;
        int end = 0;
        while (end < text.length() && matcher.find() && matcher.start() == end) {
            long number = Long.parseLong(matcher.group(1));
            total = total.plus(
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        case "d" -> Duration.ofDays(number);
                        default -> Duration.ofDays(7 * number);
                    });
            end = matcher.end();
        }
        return end > 0 && end == text.length() ? Optional.of(total) : Optional.empty();
    }

    /** The shortest form that {@link #parse} reads back. */
    public static String format(Duration duration) {
        StringBuilder text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(number).append(unit);
        }
    }
}
