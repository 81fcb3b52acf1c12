package io.backupmx.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The broker that keeps the mail.
 *
 * @param broker its URL, for example {@code tcp://broker:61616}; without it {@code run} embeds one
 * @param user name for the broker
 * @param passwordFile a file that holds the password and nothing else
 * @param storeTimeout how long a sender waits for its 250 before it is told 451
 * @param maxInFlightBytes mail handed to the broker and not yet confirmed; beyond it 451
 * @param intakeLimitPercent how full the spool's disk may be before senders are told 452; the broker itself refuses only
 *     at 95, so that deferrals still fit
 */
public record SpoolConfig(
        Optional<String> broker,
        Optional<String> user,
        Optional<Path> passwordFile,
        Duration storeTimeout,
        long maxInFlightBytes,
        int intakeLimitPercent) {

    public static final SpoolConfig DEFAULT = new SpoolConfig(
            Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(20), 128L << 20, 85);

    private static final Pattern BROKER =
            Pattern.compile("tcp://(\\[[0-9A-Fa-f:.]+]|[^\\s/?#:\\[\\]]+)(:\\d{1,5})?(\\?\\S*)?");

    public SpoolConfig {
        new Ranges()
                .require(
                        "broker",
                        broker.stream().allMatch(url -> BROKER.matcher(url).matches()),
                        "'" + broker.orElse("") + "' is not a broker's URL, as in tcp://broker:61616")
                .check("store_timeout", storeTimeout, Duration.ofSeconds(1), Duration.ofMinutes(10))
                .checkSize("max_in_flight_bytes", maxInFlightBytes, 1L << 20, 1L << 40)
                .check("intake_limit_percent", intakeLimitPercent, 1, 94)
                .enforce();
    }

    /** {@link #broker} for people: without its options, for some of them are secrets. */
    public Optional<String> brokerShown() {
        return broker.map(url -> url.replaceFirst("\\?.*", ""));
    }
}
