package io.backupmx.tls;

import io.backupmx.config.TlsConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A certificate with its key, fit to serve: the key is its own.
 *
 * @param chain it, and what leads to its root
 */
public record ServerCertificate(List<X509Certificate> chain, PrivateKey key) {

    /** The path of its section in the configuration. */
    private static final String SECTION = "ingress.tls.";

    /** A chain has some kilobytes; what is larger is another file. */
    private static final long MAX_BYTES = 1 << 20;

    public ServerCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * Reads the two files that {@code config} names; empty when it names none, or TLS is off.
     *
     * @throws UnusableCertificate with all that is wrong
     */
    public static Optional<ServerCertificate> named(TlsConfig config) throws UnusableCertificate {
        if (!config.offered() || config.certificate().isEmpty() || config.key().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(read(config.certificate().get(), config.key().get()));
    }

    /** @throws UnusableCertificate with all that is wrong */
    public static ServerCertificate read(Path certificate, Path key) throws UnusableCertificate {
        List<String> problems = new ArrayList<>();
        List<X509Certificate> chain = new ArrayList<>();
        for (Pem block : blocks("certificate", certificate, problems)) {
            if (block.label().equals("CERTIFICATE")) {
                certificate(block, certificate, problems).ifPresent(chain::add);
            }
        }
        if (problems.isEmpty() && chain.isEmpty()) {
            problems.add(SECTION + "certificate: " + certificate + " holds no PEM block BEGIN CERTIFICATE");
        }
        List<Pem> keys = blocks("key", key, problems).stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .toList();
        if (problems.isEmpty()) {
            return new ServerCertificate(chain, key(keys, key, chain.getFirst(), certificate));
        }
        throw new UnusableCertificate(problems);
    }

    /** The certificate itself. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public Instant expires() {
        return certificate().getNotAfter().toInstant();
    }

    /** What is allowed but deserves a thought, at {@code now}. */
    public List<String> warnings(Instant now) {
        List<String> warnings = new ArrayList<>();
        if (expires().isBefore(now)) {
            warnings.add(SECTION + "certificate: has expired at " + expires()
                    + ": senders that look at certificates will not send");
        }
        Instant begins = certificate().getNotBefore().toInstant();
        if (begins.isAfter(now)) {
            warnings.add(SECTION + "certificate: is valid from " + begins + " on, and not now");
        }
        return warnings;
    }

    private static PrivateKey key(List<Pem> keys, Path file, X509Certificate certificate, Path certificateFile)
            throws UnusableCertificate {
        String what = SECTION + "key: " + file;
        if (keys.isEmpty()) {
            throw new UnusableCertificate(List.of(what + " holds no PEM block BEGIN PRIVATE KEY"));
        }
        Pem pem = keys.getFirst();
        if (pem.label().startsWith("ENCRYPTED") || pem.content().length == 0) {
            throw new UnusableCertificate(List.of(
                    what + " has a passphrase, and nobody would be there to say it: openssl pkey writes one without"));
        }
        String matches = " does not match the certificate in " + certificateFile + " ("
                + certificate.getSubjectX500Principal() + ")";
        try {
            PrivateKey key = PrivateKeys.read(pem, certificate.getPublicKey());
            if (PrivateKeys.match(key, certificate.getPublicKey())) {
                return key;
            }
        } catch (GeneralSecurityException _) {
            matches += ", or is no private key";
        }
        throw new UnusableCertificate(List.of(what + matches));
    }

    private static Optional<X509Certificate> certificate(Pem block, Path file, List<String> problems) {
        try {
            return Optional.of(parse(block.content()));
        } catch (GeneralSecurityException e) {
            problems.add(SECTION + "certificate: " + file + " holds no X.509 certificate: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static List<Pem> blocks(String name, Path file, List<String> problems) {
        String what = SECTION + name + ": " + file;
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(what + " is far too large for a PEM file");
                return List.of();
            }
            return Pem.blocks(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException _) {
            problems.add(what + " cannot be read: no such file");
        } catch (AccessDeniedException _) {
            problems.add(what + " cannot be read: permission denied");
        } catch (IOException e) {
            problems.add(what + " cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            problems.add(what + " is not PEM: " + e.getMessage());
        }
        return List.of();
    }

    /**
     * One that was just made.
     *
     * @param certificate as X.509 has it
     */
    public static ServerCertificate of(byte[] certificate, PrivateKey key) throws GeneralSecurityException {
        return new ServerCertificate(List.of(parse(certificate)), key);
    }

    private static X509Certificate parse(byte[] content) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(content));
    }

    /** Certificate and key in one PEM text, which {@link #read} takes for both. */
    public static String pem(byte[] certificate, byte[] pkcs8Key) {
        return Pem.write("CERTIFICATE", certificate) + Pem.write("PRIVATE KEY", pkcs8Key);
    }
}
