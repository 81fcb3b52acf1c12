package io.backupmx.ingress.protocol;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a proxy says of the client that it passes on, as Postfix's XCLIENT_README and XFORWARD_README have it:
 * {@code NAME=value}, separated by spaces, each value in xtext (RFC 3461 §4).
 *
 * @param values as said, by the attribute's name in capitals
 */
public record ProxyAttributes(Map<String, String> values) {

    /** In the order in which EHLO names them. What we have no use for is taken and forgotten. */
    static final String OF_XCLIENT = "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";

    static final String OF_XFORWARD = "NAME ADDR PORT PROTO HELO IDENT SOURCE";

    private static final Set<String> UNKNOWN = Set.of("[UNAVAILABLE]", "[TEMPUNAVAIL]");
    private static final int MAX_VALUE = 255;
    private static final Pattern SPACES = Pattern.compile(" +");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]*:[0-9a-f:.]*", Pattern.CASE_INSENSITIVE);

    public ProxyAttributes {
        values = Map.copyOf(values);
    }

    /** @param known the names there are. Empty when something is said that is none, or not as it should be. */
    static Optional<ProxyAttributes> parse(String argument, String known) {
        Set<String> names = Set.of(known.split(" ", -1));
        Map<String, String> values = new LinkedHashMap<>();
        for (String attribute : SPACES.split(argument, -1)) {
            int equals = attribute.indexOf('=');
            String name = equals < 0 ? "" : attribute.substring(0, equals).toUpperCase(Locale.ROOT);
            Optional<String> value = equals < 0 ? Optional.empty() : fromXtext(attribute.substring(equals + 1));
            if (!names.contains(name) || value.isEmpty()) {
                return Optional.empty();
            }
            values.put(name, value.get());
        }
        return Optional.of(new ProxyAttributes(values));
    }

    /** This, and what is said in a further command. */
    public ProxyAttributes and(ProxyAttributes more) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putAll(more.values);
        return new ProxyAttributes(all);
    }

    /** Whether something is said of that one, be it that it is not known. */
    boolean has(String name) {
        return values.containsKey(name);
    }

    /** The value of one; empty: not known, or not said. */
    public Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !UNKNOWN.contains(value.toUpperCase(Locale.ROOT)));
    }

    /** The client's. Empty when it is not known, or none. */
    Optional<InetAddress> address() {
        return value("ADDR").flatMap(ProxyAttributes::address);
    }

    /** IPv6 has {@code IPV6:} before it (RFC 5321 §4.1.3). */
    private static Optional<InetAddress> address(String value) {
        String literal = value.regionMatches(true, 0, "IPV6:", 0, 5) ? value.substring(5) : value;
        if (!IPV4.matcher(literal).matches() && !IPV6.matcher(literal).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> fromXtext(String text) {
        StringBuilder value = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+') {
                if (i + 2 >= text.length()) {
                    return Optional.empty();
                }
                int high = Character.digit(text.charAt(i + 1), 16);
                int low = Character.digit(text.charAt(i + 2), 16);
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                value.append((char) (high << 4 | low));
                i += 2;
            } else {
                value.append(c);
            }
        }
        boolean fine = !value.isEmpty()
                && value.length() <= MAX_VALUE
                && value.chars().allMatch(c -> c >= ' ' && c != 127 && c < 256);
        return fine
                ? Optional.of(
                        new String(value.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                : Optional.empty();
    }
}
