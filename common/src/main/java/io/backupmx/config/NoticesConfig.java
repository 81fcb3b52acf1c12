package io.backupmx.config;

import io.backupmx.smtp.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Notices by mail to those who run this.
 *
 * @param to their addresses; without any there are no notices
 * @param from whom notices are from; postmaster at our name when empty
 * @param smarthost the server that takes them, host and port
 * @param tls how the way there is protected
 * @param user name for the smarthost, which then asks for the password
 * @param passwordFile holds the password and nothing else
 * @param downAfter how long a route has taken no mail before anybody is told
 * @param digestAt when the digest of the day goes out, local time, as in 06:00; {@code off} for none
 */
public record NoticesConfig(
        List<String> to,
        Optional<String> from,
        Optional<String> smarthost,
        Tls tls,
        Optional<String> user,
        Optional<Path> passwordFile,
        Duration downAfter,
        String digestAt) {

    /** How the way to the smarthost is protected. */
    public enum Tls {
        /** Not at all. */
        NONE,
        /** Where the smarthost offers it, whoever it is; with a password nothing is sent where it does not. */
        STARTTLS,
        /** By a certificate that is trusted and names it, or nothing is sent. */
        REQUIRED
    }

    /** In the place of a time. */
    private static final String OFF = "off";

    private static final Pattern TIME = Pattern.compile("(?:[01]\\d|2[0-3]):[0-5]\\d");

    public static final NoticesConfig DEFAULT = new NoticesConfig(
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Tls.STARTTLS,
            Optional.empty(),
            Optional.empty(),
            Duration.ofMinutes(10),
            "06:00");

    public NoticesConfig {
        to = List.copyOf(to);
        Ranges ranges = new Ranges()
                .require("to", to.size() <= 50, to.size() + " addresses are more than 50")
                .require("to", !to.isEmpty() || smarthost.isEmpty(), "is empty: say who gets the notices")
                .require("smarthost", to.isEmpty() || smarthost.isPresent(), "is missing: say which server takes them")
                .require(
                        "smarthost",
                        smarthost
                                .map(text -> HostPort.parse(text)
                                        .filter(one -> one.port() > 0)
                                        .isPresent())
                                .orElse(true),
                        "'" + smarthost.orElse("") + "' is not a host and a port, as in mail.example.com:587")
                .require(
                        "from",
                        from.map(NoticesConfig::isAddress).orElse(true),
                        "'" + from.orElse("") + "' is not an address, as in backup@example.com")
                .require("user", user.isEmpty() || passwordFile.isPresent(), "has no password: name a password_file")
                .require(
                        "user",
                        user.isEmpty() || tls != Tls.NONE,
                        "would send its password in the clear: write tls: required")
                .check("down_after", downAfter, Duration.ofSeconds(1), Duration.ofDays(7))
                .require(
                        "digest_at",
                        isOff(digestAt) || TIME.matcher(digestAt).matches(),
                        "'" + digestAt + "' is not a time of day, as in 06:00, and not off");
        to.stream()
                .filter(address -> !isAddress(address))
                .forEach(address ->
                        ranges.require("to", false, "'" + address + "' is not an address, as in ops@example.com"));
        ranges.enforce();
    }

    private static boolean isAddress(String text) {
        return Mailbox.parse(text).filter(box -> !box.needsSmtpUtf8()).isPresent();
    }

    private static boolean isOff(String text) {
        return text.equalsIgnoreCase(OFF);
    }

    /** Whether there is anybody to tell. */
    public boolean areWanted() {
        return smarthost.isPresent() && !to.isEmpty();
    }

    /** {@link #smarthost} taken apart. */
    public Optional<HostPort> smarthostAddress() {
        return smarthost.map(HostPort::of);
    }

    /** {@link #digestAt} taken apart; empty for none. */
    public Optional<LocalTime> digestTime() {
        return isOff(digestAt) ? Optional.empty() : Optional.of(LocalTime.parse(digestAt));
    }
}
