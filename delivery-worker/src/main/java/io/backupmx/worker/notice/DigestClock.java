package io.backupmx.worker.notice;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/** When the digest of the day is due. */
final class DigestClock {

    /** A digest that could not be sent for so long is left to the next day's. */
    private static final Duration PATIENCE = Duration.ofHours(6);

    private final LocalTime at;
    private final ZoneId zone;

    DigestClock(LocalTime at, ZoneId zone) {
        this.at = at;
        this.zone = zone;
    }

    /** The last time of day it was to go at or before {@code now}. */
    Instant slot(Instant now) {
        ZonedDateTime local = now.atZone(zone);
        Instant today = local.toLocalDate().atTime(at).atZone(zone).toInstant();
        return now.isBefore(today)
                ? local.toLocalDate().minusDays(1).atTime(at).atZone(zone).toInstant()
                : today;
    }

    /** Whether {@code slot}'s digest has still to go. */
    static boolean isDue(Instant slot, Optional<Instant> last) {
        return last.filter(sent -> !sent.isBefore(slot)).isEmpty();
    }

    /** Whether it is too late for it. */
    static boolean isTooLate(Instant slot, Instant now) {
        return Duration.between(slot, now).compareTo(PATIENCE) > 0;
    }
}
