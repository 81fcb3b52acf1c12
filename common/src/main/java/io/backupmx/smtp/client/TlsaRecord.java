package io.backupmx.smtp.client;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * What the DNS says of a server's certificate (RFC 6698 §2.1).
 *
 * @param usage whose certificate it is
 * @param selector which part of it
 * @param matching how that is said
 * @param data in hexadecimal digits
 */
public record TlsaRecord(int usage, int selector, int matching, String data) {

    /** A certificate of the chain, which vouches for the server's (RFC 7671 §5.2). */
    static final int DANE_TA = 2;

    /** The server's own (RFC 7671 §5.1). */
    static final int DANE_EE = 3;

    private static final int CERTIFICATE = 0;
    private static final int PUBLIC_KEY = 1;
    static final int FULL = 0;
    private static final int SHA_256 = 1;
    static final int SHA_512 = 2;

    public TlsaRecord {
        data = data.toLowerCase(Locale.ROOT);
    }

    /** Usages 0 and 1 are none for mail (RFC 7672 §3.1.3), and what nobody understands counts as if it were not there. */
    boolean isUsable() {
        return (usage == DANE_TA || usage == DANE_EE)
                && (selector == CERTIFICATE || selector == PUBLIC_KEY)
                && switch (matching) {
                    case FULL -> !data.isEmpty();
                    case SHA_256 -> data.length() == 64;
                    case SHA_512 -> data.length() == 128;
                    default -> false;
                };
    }

    /**
     * Those of {@code all} that count: the usable ones, and of digests of the same thing the strongest (RFC 7671 §9), for the
     * other may be forged by then.
     */
    static List<TlsaRecord> inForce(List<TlsaRecord> all) {
        List<TlsaRecord> usable = all.stream().filter(TlsaRecord::isUsable).toList();
        return usable.stream()
                .filter(one -> one.matching != SHA_256
                        || usable.stream()
                                .noneMatch(other -> other.matching == SHA_512
                                        && other.usage == one.usage
                                        && other.selector == one.selector))
                .toList();
    }

    /** Whether it is about this very certificate. */
    boolean matches(X509Certificate certificate) {
        try {
            byte[] selected = selector == CERTIFICATE
                    ? certificate.getEncoded()
                    : certificate.getPublicKey().getEncoded();
            byte[] said = switch (matching) {
                case FULL -> selected;
                case SHA_256 -> MessageDigest.getInstance("SHA-256").digest(selected);
                case SHA_512 -> MessageDigest.getInstance("SHA-512").digest(selected);
                default -> throw new IllegalStateException("not usable: " + this);
            };
            return HexFormat.of().formatHex(said).equals(data);
        } catch (CertificateEncodingException e) {
            return false;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    /** Whether it holds a whole certificate, which a server need not send then. */
    boolean isWholeCertificate() {
        return selector == CERTIFICATE && matching == FULL;
    }

    /** As zone files have it, the data cut short. */
    @Override
    public String toString() {
        return usage + " " + selector + " " + matching + " "
                + (data.length() > 16 ? data.substring(0, 16) + "..." : data);
    }
}
