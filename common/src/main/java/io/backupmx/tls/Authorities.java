package io.backupmx.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Who is trusted to issue certificates for servers. Thread-safe. */
public final class Authorities {

    private static final long MAX_BYTES = 16L << 20;
    private static final String KEY = "worker.tls_ca_file";

    /** What key agreement there was is no matter of the certificate's since TLS 1.3; the JDK's word for that. */
    private static final String ANY = "UNKNOWN";

    private @Nullable X509TrustManager manager;

    private Authorities() {}

    /** Those that the JVM trusts, read when they are first needed. */
    public static Authorities ofJvm() {
        return new Authorities();
    }

    /**
     * Those of a PEM file, and nobody else; without a file those of the JVM.
     *
     * @throws UnusableCertificate when it cannot be read, or has none
     */
    public static Authorities of(Optional<Path> file) throws UnusableCertificate {
        return file.isPresent() ? read(file.get()) : ofJvm();
    }

    private static Authorities read(Path file) throws UnusableCertificate {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new UnusableCertificate(List.of(KEY + ": " + file + " is far too large for a PEM file"));
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Pem block : Pem.blocks(Files.readString(file, StandardCharsets.ISO_8859_1))) {
                if (block.label().equals("CERTIFICATE")) {
                    store.setCertificateEntry("ca-" + store.size(), ServerCertificate.parse(block.content()));
                }
            }
            if (store.size() == 0) {
                throw new UnusableCertificate(List.of(KEY + ": " + file + " has no certificate"));
            }
            Authorities read = new Authorities();
            read.manager = manager(store);
            return read;
        } catch (IOException e) {
            throw new UnusableCertificate(List.of(KEY + ": " + file + " cannot be read: " + e.getMessage()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableCertificate(List.of(KEY + ": " + file + ": " + e.getMessage()));
        }
    }

    private static X509TrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (var one : factory.getTrustManagers()) {
            if (one instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new IllegalStateException("this JDK has nobody who checks certificates");
    }

    private synchronized X509TrustManager manager() throws CertificateException {
        try {
            X509TrustManager known = manager != null ? manager : manager(null);
            manager = known;
            return known;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the JVM's trust store cannot be read", e);
        }
    }

    /**
     * Whether one of them stands for a server's certificate, now.
     *
     * @param chain as the server has sent it, its own first; one at least
     * @throws CertificateException none does: why
     */
    public void check(List<X509Certificate> chain) throws CertificateException {
        manager().checkServerTrusted(chain.toArray(X509Certificate[]::new), ANY);
    }
}
