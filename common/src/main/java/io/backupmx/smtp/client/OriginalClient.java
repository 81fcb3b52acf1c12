package io.backupmx.smtp.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whom a mail came from when it came to us, for a next hop that offers to be told so by XFORWARD (Postfix's XFORWARD_README):
 * its filters judge that client, not us. The name and the port are not known, and so not said. Nothing is said of a client
 * whose address is one of a private network, or this machine's: at the primary it would be another's, one that is trusted.
 *
 * @param address its IP address, IPv6 without brackets; empty: the mail was made here
 * @param helo as it introduced itself; may be empty
 * @param protocol the {@code with} keyword of its session (RFC 3848)
 * @param ident our queue id
 */
public record OriginalClient(String address, String helo, String protocol, String ident) {

    /** Longer ones are no host's name; within this, the whole command has less than 512 octets. */
    private static final int MAX_HELO = 300;

    private static final int MAX_IDENT = 80;

    /** Of mail that was made here. */
    private static final String LOCAL = "local";

    /** The command with those attributes that are offered, and known; empty when there is none. */
    Optional<String> command(Set<String> offered) {
        if (protocol.equalsIgnoreCase(LOCAL) || !isPublic(address)) {
            return Optional.empty();
        }
        StringBuilder command = new StringBuilder(128).append("XFORWARD");
        append(command, offered, "ADDR", (address.indexOf(':') >= 0 ? "IPv6:" : "") + address, MAX_HELO);
        append(command, offered, "PROTO", isExtended() ? "ESMTP" : "SMTP", MAX_HELO);
        append(command, offered, "HELO", helo, MAX_HELO);
        append(command, offered, "IDENT", ident, MAX_IDENT);
        append(command, offered, "SOURCE", "REMOTE", MAX_HELO);
        return command.indexOf("=") < 0
                ? Optional.empty()
                : Optional.of(command.append("\r\n").toString());
    }

    /** Whether it means the same host wherever it is said. */
    private static boolean isPublic(String address) {
        if (address.indexOf('%') >= 0) { // of a link
            return false;
        }
        try {
            InetAddress parsed = InetAddress.ofLiteral(address);
            return !parsed.isLoopbackAddress()
                    && !parsed.isAnyLocalAddress()
                    && !parsed.isLinkLocalAddress()
                    && !parsed.isSiteLocalAddress()
                    && !isUniqueLocal(parsed);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** RFC 4193: fc00::/7. */
    private static boolean isUniqueLocal(InetAddress address) {
        return address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
    }

    /** What it says of TLS and of passwords is no protocol of Postfix's. */
    private boolean isExtended() {
        return !protocol.toUpperCase(Locale.ROOT).equals("SMTP");
    }

    private static void append(StringBuilder command, Set<String> offered, String name, String value, int max) {
        String text = xtext(value);
        if (offered.contains(name) && !text.isEmpty() && text.length() <= max) {
            command.append(' ').append(name).append('=').append(text);
        }
    }

    /** RFC 3461 §4. */
    private static String xtext(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if (c >= '!' && c <= '~' && c != '+' && c != '=') {
                text.append(c);
            } else {
                text.append(String.format(Locale.ROOT, "+%02X", (int) c));
            }
        }
        return text.toString();
    }
}
