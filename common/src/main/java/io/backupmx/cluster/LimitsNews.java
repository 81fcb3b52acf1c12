package io.backupmx.cluster;

import io.backupmx.route.NextHopLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** What a worker has read in the replies to EHLO of a route's hosts, and when. */
record LimitsNews(String route, NextHopLimits limits, Instant at) {

    /** An outage of days leaves a primary what it was; beyond that we had better not know. */
    static final Duration HOLDS = Duration.ofDays(7);

    /** Clocks differ, but not by more. */
    private static final Duration AHEAD = Duration.ofHours(1);

    private static final String VERSION = "1";
    private static final String NO_LIMIT = "-";
    private static final String REQUIRE_TLS = "REQUIRETLS";

    /** Until when it is valid. */
    Instant until() {
        return at.plus(HOLDS);
    }

    boolean isValid(Instant now) {
        return until().isAfter(now) && at.isBefore(now.plus(AHEAD));
    }

    /** A clock that is ahead must not have the last word for as long. */
    LimitsNews notAfter(Instant now) {
        return at.isAfter(now) ? new LimitsNews(route, limits, now) : this;
    }

    /** Who does not know REQUIRETLS yet knows nothing of a route that has it, and all of others. */
    byte[] toBytes() {
        OptionalLong size = limits.maxSizeBytes();
        String text = String.join(
                " ",
                VERSION,
                Long.toString(at.toEpochMilli()),
                size.isPresent() ? Long.toString(size.getAsLong()) : NO_LIMIT,
                limits.smtpUtf8() ? "SMTPUTF8" : NO_LIMIT);
        String requireTls = limits.requireTls() ? " " + REQUIRE_TLS : "";
        return (text + requireTls + "\n" + route).getBytes(StandardCharsets.UTF_8);
    }

    /** Empty for what another version wrote. */
    static Optional<LimitsNews> parse(byte[] value) {
        String[] lines = new String(value, StandardCharsets.UTF_8).split("\n", -1);
        String[] head = lines[0].split(" ", -1);
        boolean requireTls = head.length == 5 && head[4].equals(REQUIRE_TLS);
        if (lines.length != 2 || !(head.length == 4 || requireTls) || !head[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            OptionalLong size =
                    head[2].equals(NO_LIMIT) ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(head[2]));
            return Optional.of(new LimitsNews(
                    lines[1],
                    new NextHopLimits(size, !head[3].equals(NO_LIMIT), requireTls),
                    Instant.ofEpochMilli(Long.parseLong(head[1]))));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
