package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
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
 * @param protocol what is spoken to it; of LMTP there are no mail exchangers
 */
public record NextHop(String host, int port, boolean byMx, MailProtocol protocol) {

    private static final Pattern FORM = Pattern.compile(
            "\\[(?:ipv6:)?(?<inside>[^\\]\\s]+)\\](?::(?<port>\\d{1,5}|[a-z]+))?", Pattern.CASE_INSENSITIVE);
    private static final Pattern BY_MX = Pattern.compile(
            "(?<inside>[^\\[\\]:\\s]*[a-z][^\\[\\]:\\s]*)(?::(?<port>\\d{1,5}|[a-z]+))?", Pattern.CASE_INSENSITIVE);
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*");

    public NextHop {
        if (byMx && protocol == MailProtocol.LMTP) {
            throw new IllegalArgumentException("there are no mail exchangers for LMTP");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 1..65535");
        }
        if (!isIpv6(host)
                && Domain.parse(host).filter(d -> d.name().equals(host)).isEmpty()) {
            throw new IllegalArgumentException("'" + host + "' is not a host name or address");
        }
    }

    /** The host itself, by SMTP. */
    public NextHop(String host, int port) {
        this(host, port, false);
    }

    /** By SMTP. */
    public NextHop(String host, int port, boolean byMx) {
        this(host, port, byMx, MailProtocol.SMTP);
    }

    /** The next hop in {@code text}: {@code [host]}, {@code [host]:port}, {@code name} or {@code name:port}; else empty. */
    public static Optional<NextHop> parse(String text) {
        return parse(text, MailProtocol.SMTP);
    }

    /** As {@link #parse(String)}; of LMTP a name means the host, with and without brackets (lmtp(8)). */
    public static Optional<NextHop> parse(String text, MailProtocol protocol) {
        Matcher bracketed = FORM.matcher(text);
        Matcher byMx = BY_MX.matcher(text);
        if (bracketed.matches()) {
            return parse(bracketed, false, protocol);
        }
        return byMx.matches() ? parse(byMx, protocol == MailProtocol.SMTP, protocol) : Optional.empty();
    }

    private static Optional<NextHop> parse(Matcher matcher, boolean byMx, MailProtocol protocol) {
        String inside = matcher.group("inside").toLowerCase(Locale.ROOT);
        String host =
                isIpv6(inside) ? inside : Domain.parse(inside).map(Domain::name).orElse("");
        String port = matcher.group("port");
        try {
            return Optional.of(new NextHop(
                    host, port == null ? protocol.defaultPort() : port(port.toLowerCase(Locale.ROOT)), byMx, protocol));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** services(5) has more names, but none that SMTP is spoken at. */
    private static int port(String text) {
        return switch (text) {
            case "smtp" -> MailProtocol.SMTP.defaultPort();
            case "submission" -> 587;
            case "lmtp" -> MailProtocol.LMTP.defaultPort();
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

    /** The canonical form, {@code [host]:port} or {@code name:port}, port always named; what is spoken is the route's to say. */
    @Override
    public String toString() {
        return (byMx ? host : "[" + host + "]") + ":" + port;
    }
}
