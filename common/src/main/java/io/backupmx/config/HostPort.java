package io.backupmx.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address and port to listen on or to connect to: {@code 127.0.0.1:25}, {@code mail.example:25}, {@code [::1]:25}.
 *
 * @param host without brackets
 * @param port 0 takes a free one where something listens
 */
public record HostPort(String host, int port) {

    private static final Pattern FORM =
            Pattern.compile("(?:\\[(?<v6>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\\]|(?<name>[^\\s:\\[\\]]+)):(?<port>\\d{1,5})");

    public HostPort {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 0..65535");
        }
    }

    public static Optional<HostPort> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String v6 = matcher.group("v6");
        int port = Integer.parseInt(matcher.group("port"));
        return port > 65535
                ? Optional.empty()
                : Optional.of(new HostPort(v6 == null ? matcher.group("name") : v6, port));
    }

    /** @throws IllegalArgumentException when {@code text} is no address and port */
    public static HostPort of(String text) {
        return parse(text)
                .orElseThrow(
                        () -> new IllegalArgumentException("'" + text + "' is not address:port or [address]:port"));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
