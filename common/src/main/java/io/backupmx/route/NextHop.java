package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One host and port to hand mail to, named as in Postfix's {@code [host]:port} (no MX look-up; transport(5)). A port may be
 * called {@code smtp} or {@code submission}; {@code submissions} and its like want TLS from the first octet on, which we
 * do not do.
 *
 * @param host a canonical host name, an IPv4 address, or an IPv6 address without prefix and brackets
 */
public record NextHop(String host, int port) {

    private static final Pattern FORM = Pattern.compile(
            "\\[(?:ipv6:)?(?<inside>[^\\]\\s]+)\\](?::(?<port>\\d{1,5}|[a-z]+))?", Pattern.CASE_INSENSITIVE);
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*");

    /** SMTP's own. */
    public static final int DEFAULT_PORT = 25;

    public NextHop {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 1..65535");
        }
        if (!isIpv6(host)
                && Domain.parse(host).filter(d -> d.name().equals(host)).isEmpty()) {
            throw new IllegalArgumentException("'" + host + "' is not a host name or address");
        }
    }

    /** The next hop in {@code text}, {@code [host]} or {@code [host]:port}; empty when it has another form. */
    public static Optional<NextHop> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String inside = matcher.group("inside").toLowerCase(Locale.ROOT);
        String host =
                isIpv6(inside) ? inside : Domain.parse(inside).map(Domain::name).orElse("");
        String port = matcher.group("port");
        try {
            return Optional.of(new NextHop(host, port == null ? DEFAULT_PORT : port(port.toLowerCase(Locale.ROOT))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** services(5) has more names, but none that SMTP is spoken at. */
    private static int port(String text) {
        return switch (text) {
            case "smtp" -> DEFAULT_PORT;
            case "submission" -> 587;
            default -> Integer.parseInt(text);
        };
    }

    private static boolean isIpv6(String text) {
        try {
            return IPV6.matcher(text).matches()
                    && !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** The canonical form, {@code [host]:port}, port always named. */
    @Override
    public String toString() {
        return "[" + host + "]:" + port;
    }
}
