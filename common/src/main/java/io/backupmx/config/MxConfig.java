package io.backupmx.config;

import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * Delivery by MX records.
 *
 * @param self names and addresses under which the world knows this backup, beside {@code hostname} and the addresses of
 *     this machine: no mail goes to them, nor to what the DNS prefers less
 * @param port of every mail exchanger: 25 (RFC 5321 §4.5.4.2), but in tests and behind a port forwarder
 * @param connectionsPerDestination at once to one set of mail exchangers, of one worker
 * @param backOff after a destination's first failure; doubled with each further one
 * @param backOffMax what it grows to
 */
public record MxConfig(
        List<String> self, int port, int connectionsPerDestination, Duration backOff, Duration backOffMax) {

    private static final Duration HOUR = Duration.ofHours(1);

    public static final MxConfig DEFAULT = new MxConfig(List.of(), 25, 5, Duration.ofSeconds(2), Duration.ofMinutes(2));

    public MxConfig {
        self = List.copyOf(self);
        Ranges ranges = new Ranges()
                .check("port", port, 1, 65535)
                .check("connections_per_destination", connectionsPerDestination, 1, 100)
                .check("back_off", backOff, Duration.ofSeconds(1), HOUR)
                .check("back_off_max", backOffMax, Duration.ofSeconds(1), HOUR)
                .require("back_off", isWholeSeconds(backOff), Durations.format(backOff) + " is not whole seconds")
                .require(
                        "back_off_max",
                        isWholeSeconds(backOffMax),
                        Durations.format(backOffMax) + " is not whole seconds")
                .require("back_off_max", backOffMax.compareTo(backOff) >= 0, "is shorter than back_off");
        self.stream()
                .filter(one -> !isNameOrAddress(one))
                .forEach(one -> ranges.require("self", false, "'" + one + "' is no host name and no address"));
        ranges.enforce();
    }

    private static boolean isWholeSeconds(Duration time) {
        return time.toMillis() % 1000 == 0;
    }

    private static boolean isNameOrAddress(String text) {
        try {
            return !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException _) {
            return Domain.parse(text)
                    .filter(domain -> !domain.isAddressLiteral())
                    .isPresent();
        }
    }
}
