package io.backupmx.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate with its key, fit to serve: the key is its own.
 *
 * @param chain it, and what leads to its root
 */
public record ServerCertificate(List<X509Certificate> chain, PrivateKey key) {

    /** The type of a name in the DNS (RFC 5280 §4.2.1.6). */
    private static final Integer DNS_NAME = 2;

    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,+]+)");

    public ServerCertificate {
        chain = List.copyOf(chain);
    }

    /** The certificate itself. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public Instant begins() {
        return certificate().getNotBefore().toInstant();
    }

    public Instant expires() {
        return certificate().getNotAfter().toInstant();
    }

    /** What is allowed but deserves a thought, at {@code now}. */
    public List<String> warnings(Instant now) {
        List<String> warnings = new ArrayList<>();
        if (expires().isBefore(now)) {
            warnings.add("has expired at " + expires() + ": senders that look at certificates will not send");
        }
        if (begins().isAfter(now)) {
            warnings.add("is valid from " + begins() + " on, and not now");
        }
        return warnings;
    }

    /** Those of hosts, in small letters; there may be wildcards among them (RFC 6125 §6.4). */
    public List<String> names() {
        List<String> names = alternativeNames();
        if (names.isEmpty()) {
            Matcher subject =
                    COMMON_NAME.matcher(certificate().getSubjectX500Principal().getName());
            names = subject.find() ? List.of(subject.group(1)) : List.of();
        }
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    /** Whether it is a host's of this name. */
    boolean isOf(String host) {
        String wanted = host.toLowerCase(Locale.ROOT);
        int dot = wanted.indexOf('.');
        String wildcard = dot > 0 ? "*" + wanted.substring(dot) : wanted;
        return names().stream().anyMatch(name -> name.equals(wanted) || name.equals(wildcard));
    }

    private List<String> alternativeNames() {
        try {
            Collection<List<?>> all = Objects.requireNonNullElse(certificate().getSubjectAlternativeNames(), List.of());
            return all.stream()
                    .filter(name -> DNS_NAME.equals(name.getFirst()))
                    .map(name -> String.valueOf(name.get(1)))
                    .toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }

    /**
     * One that was just made.
     *
     * @param certificate as X.509 has it
     */
    public static ServerCertificate of(byte[] certificate, PrivateKey key) throws GeneralSecurityException {
        return new ServerCertificate(List.of(parse(certificate)), key);
    }

    /** @throws CertificateException when it is none, or more than one */
    static X509Certificate parse(byte[] content) throws CertificateException {
        X509Certificate parsed = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(content));
        int behind = content.length - parsed.getEncoded().length;
        if (behind != 0) {
            throw new CertificateException(behind + " octets behind its end");
        }
        return parsed;
    }

    /** Certificate and key in one PEM text, which {@link CertificateFiles} take for both. */
    public static String pem(byte[] certificate, byte[] pkcs8Key) {
        return Pem.write("CERTIFICATE", certificate) + Pem.write("PRIVATE KEY", pkcs8Key);
    }
}
