package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to hand mail to, named as in transport(5): {@code [host]:port}, or {@code name:port}, which means the mail exchangers
 * of that name, and without MX records itself. A port may be called {@code smtp} or {@code submission}; {@code submissions} and its like want TLS from the first octet on, which we
 * do not do.
 *
 * @param host a canonical host name, an IPv4 address, or an IPv6 address without prefix and brackets
 * @param byMx whether its mail exchangers are meant, as the DNS names them (RFC 5321 §5.1)
 */
public record NextHop(String host, int port, boolean byMx) {

    private static final Pattern FORM = Pattern.compile(
            "\\[(?:ipv6:)?(?<inside>[^\\]\\s]+)\\](?::(?<port>\\d{1,5}|[a-z]+))?", Pattern.CASE_INSENSITIVE);
    private static final Pattern BY_MX = Pattern.compile(
            "(?<inside>[^\\[\\]:\\s]*[a-z][^\\[\\]:\\s]*)(?::(?<port>\\d{1,5}|[a-z]+))?", Pattern.CASE_INSENSITIVE);
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

    /** The host itself. */
    public NextHop(String host, int port) {
        this(host, port, false);
    }

    /** The next hop in {@code text}: {@code [host]}, {@code [host]:port}, {@code name} or {@code name:port}; else empty. */
    public static Optional<NextHop> parse(String text) {
        Matcher bracketed = FORM.matcher(text);
        Matcher byMx = BY_MX.matcher(text);
        if (bracketed.matches()) {
            return parse(bracketed, false);
        }
        return byMx.matches() ? parse(byMx, true) : Optional.empty();
    }

    private static Optional<NextHop> parse(Matcher matcher, boolean byMx) {
        String inside = matcher.group("inside").toLowerCase(Locale.ROOT);
        String host =
                isIpv6(inside) ? inside : Domain.parse(inside).map(Domain::name).orElse("");
        String port = matcher.group("port");
        try {
            return Optional.of(
                    new NextHop(host, port == null ? DEFAULT_PORT : port(port.toLowerCase(Locale.ROOT)), byMx));
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

    /** The canonical form, {@code [host]:port} or {@code name:port}, port always named. */
    @Override
    public String toString() {
        return (byMx ? host : "[" + host + "]") + ":" + port;
    }
}
