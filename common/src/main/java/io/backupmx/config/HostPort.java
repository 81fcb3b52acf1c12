package io.backupmx.config;

import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address to listen on: {@code 127.0.0.1:2525}, {@code 0.0.0.0:25}, {@code localhost:25}, {@code [::]:25}.
 *
 * @param host a host name, an IPv4 address, or an IPv6 address without brackets
 * @param port 0 takes a free one
 */
public record HostPort(String host, int port) {

    static final String FORM = "an address and a port, as in 0.0.0.0:25, localhost:2525 or [::1]:25";

    private static final Pattern TEXT =
            Pattern.compile("(?:\\[(?<v6>[^\\[\\]]+)\\]|(?<host>[^:\\[\\]]+)):(?<port>[0-9]{1,5})");
    private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

    public HostPort {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 0..65535");
        }
    }

    /** The address and port in {@code text}, IPv6 in brackets; nothing is resolved. */
    public static Optional<HostPort> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > 65535) {
            return Optional.empty();
        }
        int port = Integer.parseInt(matcher.group("port"));
        String host = matcher.group("host") == null ? matcher.group("v6") : matcher.group("host");
        boolean right = matcher.group("host") == null
                ? host.contains(":") && isIpv6(host)
                : DIGITS_AND_DOTS.matcher(host).matches()
                        ? IPV4.matcher(host).matches()
                        : Domain.parse(host).isPresent();
        return right ? Optional.of(new HostPort(host, port)) : Optional.empty();
    }

    /** @throws IllegalArgumentException when {@code text} is no address and port */
    public static HostPort of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not " + FORM));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static boolean isIpv6(String text) {
        try {
            return !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
