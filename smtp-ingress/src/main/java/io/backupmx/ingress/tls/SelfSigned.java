package io.backupmx.ingress.tls;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.asn1.ASN1Sequence;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.util.ssl.cert.CertException;
import com.unboundid.util.ssl.cert.SignatureAlgorithmIdentifier;
import com.unboundid.util.ssl.cert.SubjectAlternativeNameExtension;
import com.unboundid.util.ssl.cert.X509Certificate;
import com.unboundid.util.ssl.cert.X509CertificateExtension;
import io.backupmx.smtp.Domain;
import io.backupmx.tls.CertificateFiles;
import io.backupmx.tls.ServerCertificate;
import io.backupmx.tls.UnusableCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate that we sign ourselves, for want of another: senders that encrypt whenever they can take it, and it keeps out
 * whoever only listens (RFC 7435). Made once, and kept in one file that only its owner may read.
 *
 * <p>UnboundID's LDAP SDK makes it: the JDK has no public class that does, its keytool would cost a process at the start, and
 * the SDK is here already.
 */
final class SelfSigned {

    /** In the data directory: certificate and key. */
    static final String FILE = "self-signed.pem";

    private static final Logger LOG = LoggerFactory.getLogger(SelfSigned.class);

    /** Of the sender's clock, which may be behind. */
    private static final Duration EARLIER = Duration.ofDays(2);

    private static final Duration VALIDITY = Duration.ofDays(3650);

    /** The dNSName of a GeneralName (RFC 5280 §4.2.1.6). */
    private static final byte DNS_NAME = (byte) 0x82;

    private SelfSigned() {}

    /** The one in {@code directory}; a new one where that is of another name, or spent, or none. Blocks. */
    static ServerCertificate of(Domain hostname, Path directory, Instant now) {
        Path file = directory.resolve(FILE);
        if (Files.exists(file)) {
            try {
                ServerCertificate kept = CertificateFiles.ofOurOwn(file).read();
                if (kept.warnings(now).isEmpty() && isOf(hostname, kept)) {
                    return kept;
                }
            } catch (UnusableCertificate e) {
                LOG.atInfo().addKeyValue("problems", e.getMessage()).log("self-signed certificate is made anew");
            }
        }
        return made(hostname, file, now);
    }

    private static ServerCertificate made(Domain hostname, Path file, Instant now) {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
            keys.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = keys.generateKeyPair();
            X509Certificate certificate = X509Certificate.generateSelfSignedCertificate(
                    SignatureAlgorithmIdentifier.SHA_256_WITH_ECDSA,
                    pair,
                    subject(hostname),
                    now.minus(EARLIER).toEpochMilli(),
                    now.plus(VALIDITY).toEpochMilli(),
                    new X509CertificateExtension(
                            SubjectAlternativeNameExtension.SUBJECT_ALTERNATIVE_NAME_OID,
                            false,
                            new ASN1Sequence(new ASN1OctetString(DNS_NAME, hostname.name())).encode()));
            byte[] encoded = certificate.getX509CertificateBytes();
            keep(file, ServerCertificate.pem(encoded, pair.getPrivate().getEncoded()));
            return ServerCertificate.of(encoded, pair.getPrivate());
        } catch (GeneralSecurityException | CertException e) {
            throw new IllegalStateException("every JDK can do that", e);
        }
    }

    /** One that cannot be kept serves as well, for as long as this process runs. */
    private static void keep(Path file, String pem) {
        Path fresh = file.resolveSibling(FILE + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, pem, StandardCharsets.US_ASCII);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", e)
                    .log("self-signed certificate cannot be kept");
        }
    }

    private static boolean isOf(Domain hostname, ServerCertificate certificate) {
        return certificate
                .certificate()
                .getSubjectX500Principal()
                .getName()
                .equals(subject(hostname).toString());
    }

    /** A CN of a certificate has 64 characters at most (RFC 5280 §A.1); the whole name is in the extension. */
    private static DN subject(Domain hostname) {
        String name = hostname.name();
        return new DN(new RDN("CN", name.substring(0, Math.min(name.length(), 64))));
    }
}
