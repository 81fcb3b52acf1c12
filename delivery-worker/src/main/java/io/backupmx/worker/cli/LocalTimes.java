package io.backupmx.worker.cli;

import java.time.Clock;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Instants as an operator reads them: in the local zone, the date only when it is not today's. */
final class LocalTimes {

    private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter ANOTHER_DAY = DateTimeFormatter.ofPattern("MMM d HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss", Locale.ROOT);

    private final Clock clock;

    LocalTimes(Clock clock) {
        this.clock = clock;
    }

    String brief(Instant at) {
        ZonedDateTime local = at.atZone(clock.getZone());
        boolean today = local.toLocalDate()
                .equals(clock.instant().atZone(clock.getZone()).toLocalDate());
        return (today ? TODAY : ANOTHER_DAY).format(local);
    }

    /** As C's asctime, which Postfix prints; without the year. */
    String asctime(Instant at) {
        return ASCTIME.format(at.atZone(clock.getZone()));
    }
}
