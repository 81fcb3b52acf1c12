package io.backupmx.worker.notice;

import io.backupmx.config.Durations;
import io.backupmx.spool.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** How notices say times and amounts: short, for a phone at 3 a.m. */
final class Wording {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("EEE d MMM HH:mm", Locale.ROOT);
    private static final int MAX_TEXT = 200;

    private final ZoneId zone;

    Wording(ZoneId zone) {
        this.zone = zone;
    }

    String time(Instant at) {
        return TIME.format(at.atZone(zone));
    }

    static String time(Duration duration) {
        Duration shown = duration.isNegative() ? Duration.ZERO : duration;
        ChronoUnit unit = shown.compareTo(Duration.ofDays(2)) >= 0
                ? ChronoUnit.HOURS
                : shown.compareTo(Duration.ofMinutes(2)) >= 0 ? ChronoUnit.MINUTES : ChronoUnit.SECONDS;
        return Durations.format(shown.truncatedTo(unit));
    }

    static String mails(long count) {
        return count == 1 ? "1 mail" : count + " mails";
    }

    /** What waits on a route. */
    static String waiting(Optional<QueueDepth> depth) {
        long count = depth.map(QueueDepth::messages).orElse(0L);
        return (count == 1 ? "1 mail waits" : count + " mails wait")
                + depth.flatMap(QueueDepth::oldest)
                        .map(age -> (count == 1 ? ", for " : ", the oldest for ") + time(age))
                        .orElse("");
    }

    /** What others have said, on one line of bounded length. */
    static String foreign(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(MAX_TEXT).forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return text.codePointCount(0, text.length()) > MAX_TEXT ? line + "..." : line.toString();
    }

    /** A route as an argument in a shell. */
    static String quoted(Object route) {
        return "'" + route + "'";
    }
}
