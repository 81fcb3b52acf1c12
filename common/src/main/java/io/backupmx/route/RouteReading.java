package io.backupmx.route;

import io.backupmx.smtp.MailProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** A route as an operator wrote it, an answer in its stead, or what to write instead. */
sealed interface RouteReading {

    record Understood(Route route) implements RouteReading {}

    /** {@code error:} and {@code retry:} lead nowhere. */
    record Answers(TransportAnswer answer) implements RouteReading {}

    record NotUnderstood(String why) implements RouteReading {}

    String LMTP = MailProtocol.LMTP.transport() + ":";

    Pattern BETWEEN_HOPS = Pattern.compile("[,\\s]+");

    /**
     * An inline {@code primary}: {@code host}, {@code host:port}, {@code [host]:port}, {@code [::1]:25}; several, to be
     * tried in their order, separated by commas; behind {@code lmtp:} by LMTP. {@code mx}: the domain's MX records, ours left out; a host of that name
     * is written {@code [mx]}.
     */
    static RouteReading primary(String text) {
        if (text.strip().equalsIgnoreCase(Route.ByMx.NAME)) {
            return new Understood(new Route.ByMx());
        }
        if (BETWEEN_HOPS.splitAsStream(text.strip()).anyMatch(Route.ByMx.NAME::equalsIgnoreCase)) {
            return new NotUnderstood("'" + text.strip() + "': mx, the domain's MX records, stands alone;"
                    + " a host of that name is written [mx]");
        }
        if (text.strip().startsWith(LMTP)) {
            return lmtp(text.strip().substring(LMTP.length()));
        }
        return hops(
                text,
                MailProtocol.SMTP,
                part -> part.startsWith("[") ? part : bracketed(part),
                "is not a host, as in mx1.example.org, mx1.example.org:2525 or [2001:db8::1]:25, nor mx");
    }

    /** The next hops of {@code lmtp:}, {@code inet:} or not in front of each (lmtp(8)). */
    private static RouteReading lmtp(String nextHops) {
        if (nextHops.strip().startsWith("unix:")) {
            return new NotUnderstood("'lmtp:" + nextHops.strip()
                    + "': sockets of this machine are not supported: write lmtp:[host]:port");
        }
        return hops(
                nextHops,
                MailProtocol.LMTP,
                part -> {
                    String host = part.startsWith("inet:") ? part.substring("inet:".length()) : part;
                    return host.startsWith("[") ? host : bracketed(host);
                },
                "is not [host] or [host]:port: write lmtp:[host]:port");
    }

    /**
     * The value of a transport(5) entry: {@code smtp:[host]:port}, {@code relay:[host]} or {@code :[host]}, without brackets
     * the MX records of that name; several next hops separated by commas or white space; no next hop ({@code smtp:}, {@code :}) means the recipient's own domain, by
     * its MX records. {@code lmtp:} hands mail over by LMTP, {@code discard:} throws it away, {@code error:} and {@code retry:} answer.
     */
    static RouteReading transport(String value) {
        int colon = value.indexOf(':');
        String transport = colon < 0 ? value : value.substring(0, colon);
        String nextHop = colon < 0 ? "" : value.substring(colon + 1).strip();
        return switch (transport) {
            case "smtp", "relay", "" ->
                nextHop.isEmpty()
                        ? withoutNextHop(value, colon >= 0)
                        : hops(
                                nextHop,
                                MailProtocol.SMTP,
                                part -> part,
                                "is not [host] or [host]:port, nor a name, which without brackets means its MX records:"
                                        + " write smtp:[host]:port");
            case "error" -> new Answers(TransportAnswer.error(nextHop));
            case "retry" -> new Answers(TransportAnswer.retry(nextHop));
            case "discard" ->
                colon < 0
                        ? new NotUnderstood("'" + value + "' lacks its colon: write discard:, and mail is thrown away")
                        : new Understood(new Route.Discard());
            case "lmtp" -> lmtp(nextHop);
            case "local", "virtual" ->
                new NotUnderstood("'" + transport + ":' delivers on this machine, which is not supported:"
                        + " write smtp:[host]:port");
            default ->
                new NotUnderstood(
                        transport.startsWith("[")
                                ? "'" + value + "' names no transport: write smtp:" + value
                                : "the transport '" + transport + "' is not known: write smtp:[host]:port");
        };
    }

    private static RouteReading withoutNextHop(String value, boolean hasColon) {
        return hasColon
                ? new Understood(new Route.ByMx())
                : new NotUnderstood(
                        "'" + value + "' lacks its colon: write smtp:[host]:port, or smtp: for the MX records"
                                + " of the recipient's own domain");
    }

    private static RouteReading hops(String text, MailProtocol protocol, UnaryOperator<String> form, String objection) {
        List<NextHop> hops = new ArrayList<>();
        for (String part : BETWEEN_HOPS.splitAsStream(text.strip()).toList()) {
            Optional<NextHop> hop = NextHop.parse(form.apply(part), protocol);
            if (hop.isEmpty()) {
                return new NotUnderstood("'" + part + "' " + objection);
            }
            hops.add(hop.get());
        }
        return hops.isEmpty() ? new NotUnderstood("'" + text + "' names no host") : new Understood(Route.to(hops));
    }

    private static String bracketed(String part) {
        int colon = part.indexOf(':');
        return colon < 0 ? "[" + part + "]" : "[" + part.substring(0, colon) + "]" + part.substring(colon);
    }
}
