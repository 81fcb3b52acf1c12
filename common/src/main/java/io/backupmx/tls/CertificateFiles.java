package io.backupmx.tls;

import io.backupmx.config.TlsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a certificate and its key are, in PEM.
 *
 * @param name what metrics call it
 * @param section the path of their two keys in the configuration
 */
public record CertificateFiles(String name, String section, Path certificate, Path key) {

    private static final String SECTION = "ingress.tls";

    /** A chain has some kilobytes; what is larger is another file. */
    private static final long MAX_BYTES = 1 << 20;

    /** Those that {@code config} names, the one for everybody first; none when it names none, or TLS is off. */
    public static List<CertificateFiles> of(TlsConfig config) {
        List<CertificateFiles> all = new ArrayList<>();
        if (config.offered()) {
            add("default", SECTION, config.certificate(), config.key(), all);
            config.certificates()
                    .forEach((name, one) ->
                            add(name, SECTION + ".certificates." + name, one.certificate(), one.key(), all));
        }
        return all;
    }

    /** Of one file with both, which no key of the configuration names. */
    public static CertificateFiles ofOurOwn(Path file) {
        return new CertificateFiles("self-signed", "self-signed", file, file);
    }

    private static void add(
            String name, String section, Optional<Path> certificate, Optional<Path> key, List<CertificateFiles> to) {
        if (certificate.isPresent() && key.isPresent()) {
            to.add(new CertificateFiles(name, section, certificate.get(), key.get()));
        }
    }

    /**
     * Reads them, and tries whether clients could have TLS with what they hold.
     *
     * @throws UnusableCertificate with all that is wrong
     */
    public ServerCertificate readAndTry() throws UnusableCertificate {
        ServerCertificate read = read();
        Optional<String> problem = TrialHandshake.problem(read);
        if (problem.isPresent()) {
            throw unusable(
                    "certificate",
                    certificate + " cannot be served, for no client could agree on it with us ("
                            + PrivateKeys.kind(read.certificate().getPublicKey()) + "; " + problem.get() + ")");
        }
        return read;
    }

    /** @throws UnusableCertificate with all that is wrong */
    public ServerCertificate read() throws UnusableCertificate {
        List<String> problems = new ArrayList<>();
        List<X509Certificate> chain = new ArrayList<>();
        for (Pem block : blocks("certificate", certificate, problems)) {
            if (block.label().equals("CERTIFICATE")) {
                parsed(block, problems).ifPresent(chain::add);
            }
        }
        if (problems.isEmpty() && chain.isEmpty()) {
            problems.add(said("certificate", certificate + " holds no PEM block BEGIN CERTIFICATE"));
        }
        List<Pem> keys = blocks("key", key, problems).stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .toList();
        if (problems.isEmpty()) {
            return new ServerCertificate(chain, key(keys, chain.getFirst()));
        }
        throw new UnusableCertificate(problems);
    }

    /** What of {@code read} is allowed but deserves a thought, at {@code now}. */
    public List<String> warnings(ServerCertificate read, Instant now) {
        return read.warnings(now).stream()
                .map(what -> said("certificate", what))
                .toList();
    }

    private PrivateKey key(List<Pem> keys, X509Certificate of) throws UnusableCertificate {
        if (keys.isEmpty()) {
            throw unusable("key", key + " holds no PEM block BEGIN PRIVATE KEY");
        }
        Pem pem = keys.getFirst();
        if (pem.label().startsWith("ENCRYPTED") || pem.content().length == 0) {
            throw unusable(
                    "key",
                    key + " has a passphrase, and nobody would be there to say it: openssl pkey writes one without");
        }
        String matches =
                " does not match the certificate in " + certificate + " (" + of.getSubjectX500Principal() + ")";
        try {
            PrivateKey secret = PrivateKeys.read(pem, of.getPublicKey());
            if (PrivateKeys.match(secret, of.getPublicKey())) {
                return secret;
            }
        } catch (GeneralSecurityException _) {
            matches += ", or is no private key";
        }
        throw unusable("key", key + matches);
    }

    private Optional<X509Certificate> parsed(Pem block, List<String> problems) {
        try {
            return Optional.of(ServerCertificate.parse(block.content()));
        } catch (CertificateException e) {
            problems.add(said("certificate", certificate + " holds no X.509 certificate: " + e.getMessage()));
            return Optional.empty();
        }
    }

    private List<Pem> blocks(String what, Path file, List<String> problems) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(said(what, file + " is far too large for a PEM file"));
                return List.of();
            }
            return Pem.blocks(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException _) {
            problems.add(said(what, file + " cannot be read: no such file"));
        } catch (AccessDeniedException _) {
            problems.add(said(what, file + " cannot be read: permission denied"));
        } catch (IOException e) {
            problems.add(said(what, file + " cannot be read: " + e.getMessage()));
        } catch (IllegalArgumentException e) {
            problems.add(said(what, file + " is not PEM: " + e.getMessage()));
        }
        return List.of();
    }

    private UnusableCertificate unusable(String what, String why) {
        return new UnusableCertificate(List.of(said(what, why)));
    }

    private String said(String what, String text) {
        return section + "." + what + ": " + text;
    }
}
