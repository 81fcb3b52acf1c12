package io.backupmx.smtp.client;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who a certificate is for, by its alternative names alone (RFC 6125 §6.4): a common name beside none of them has meant nothing to
 * anybody for years. A {@code *} stands for one whole label, the first.
 */
final class CertificateNames {

    private static final Integer DNS_NAME = 2; // RFC 5280 §4.2.1.6
    private static final Integer IP_ADDRESS = 7;
    private static final int SHOWN = 5;

    private CertificateNames() {}

    /** @param wanted host names, in ASCII, or addresses */
    static boolean match(X509Certificate certificate, List<String> wanted) {
        return wanted.stream()
                .anyMatch(name -> address(name)
                        .map(address -> all(certificate, IP_ADDRESS).stream()
                                .anyMatch(shown ->
                                        address(shown).filter(address::equals).isPresent()))
                        .orElseGet(() -> all(certificate, DNS_NAME).stream().anyMatch(shown -> is(shown, name))));
    }

    private static boolean is(String shown, String wanted) {
        int dot = wanted.indexOf('.');
        String name = withoutDot(wanted);
        return shown.equals(name)
                || (dot > 0 && name.indexOf('.', dot + 1) > 0 && shown.equals("*" + name.substring(dot)));
    }

    private static String withoutDot(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** For people. */
    static String text(X509Certificate certificate) {
        List<String> names = all(certificate, DNS_NAME);
        List<String> addresses = all(certificate, IP_ADDRESS);
        return names.isEmpty() && addresses.isEmpty()
                ? "nobody"
                : Stream.concat(names.stream(), addresses.stream()).limit(SHOWN).collect(Collectors.joining(", "));
    }

    private static List<String> all(X509Certificate certificate, Integer type) {
        try {
            Collection<List<?>> names = Objects.requireNonNullElse(certificate.getSubjectAlternativeNames(), List.of());
            return names.stream()
                    .filter(name -> type.equals(name.getFirst()) && name.get(1) instanceof String)
                    .map(name -> withoutDot((String) name.get(1)))
                    .toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }
}
