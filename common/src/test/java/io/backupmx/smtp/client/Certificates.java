package io.backupmx.smtp.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;

/**
 * Certificates made by openssl: {@code root} has issued {@code middle}, that {@code leaf} and {@code expired}; {@code stray} is by
 * {@code other}, {@code self} by itself. All but those that issue are for {@code mx.example.test}, {@code *.wild.example.test} and
 * 192.0.2.1, until 2120, {@code expired} until 2021.
 */
final class Certificates {

    private Certificates() {}

    static X509Certificate of(String name) {
        try (InputStream in = Certificates.class.getResourceAsStream(name + ".pem")) {
            if (in == null) {
                throw new AssertionError("no certificate " + name);
            }
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateException e) {
            throw new AssertionError(e);
        }
    }

    static List<X509Certificate> chain(String... names) {
        return Stream.of(names).map(Certificates::of).toList();
    }

    /** The file itself. */
    static Path file(String name) {
        return Path.of("src/test/resources/io/backupmx/smtp/client", name + ".pem");
    }
}
