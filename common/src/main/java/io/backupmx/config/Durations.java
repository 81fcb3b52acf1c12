package io.backupmx.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as Postfix and people write them: a number and its unit, {@code 90s}, {@code 1500ms}, {@code 5m}, {@code 2h},
 * {@code 30d}, {@code 1w}, or several of them from large to small, {@code 1h30m}. {@code m} is minutes, {@code ms}
 * milliseconds. A bare number has no unit and is refused.
 */
public final class Durations {

    private static final Pattern FORM =
            Pattern.compile("\\s*" + part("w") + part("d") + part("h") + part("m(?!s)") + part("s") + part("ms"));

    private Durations() {}

    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (text.isBlank() || !matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofDays(7 * number(matcher, 1))
                .plusDays(number(matcher, 2))
                .plusHours(number(matcher, 3))
                .plusMinutes(number(matcher, 4))
                .plusSeconds(number(matcher, 5))
                .plusMillis(number(matcher, 6)));
    }

    /** The form that {@link #parse} reads back; {@code duration} is not negative, and less than a millisecond is dropped. */
    public static String format(Duration duration) {
        StringBuilder text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static String part(String unit) {
        return "(?:([0-9]{1,9})\\s*" + unit + "\\s*)?";
    }

    private static long number(Matcher matcher, int group) {
        String digits = matcher.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(number).append(unit);
        }
    }
}
