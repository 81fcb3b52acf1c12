package io.backupmx.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.reload.CertificateReload;
import io.backupmx.testing.Programs;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates as OpenSSL writes them, sound and not. */
@SystemTest
class ServerCertificateIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @Test
    void keysOfAllFormsAreRead() throws Exception {
        openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key");
        openssl("rsa -in rsa.key -traditional -out pkcs1.key");
        openssl("ecparam -genkey -name prime256v1 -out sec1.key"); // parameters first, then the key, as acme.sh has it
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ec.key");
        openssl("genpkey -algorithm ED25519 -out ed25519.key");
        assertThat(Files.readString(at("pkcs1.key"))).contains("BEGIN RSA PRIVATE KEY");
        assertThat(Files.readString(at("sec1.key"))).contains("BEGIN EC PARAMETERS", "BEGIN EC PRIVATE KEY");
        for (String key : List.of("rsa.key", "pkcs1.key", "sec1.key", "ec.key", "ed25519.key")) {
            certify(key, key + ".pem");
            ServerCertificate read = ServerCertificate.read(at(key + ".pem"), at(key));
            assertThat(read.certificate().getSubjectX500Principal().getName())
                    .as(key)
                    .isEqualTo("CN=mx2.example.org");
            assertThat(read.warnings(Instant.now())).as(key).isEmpty();
        }
        Files.writeString(
                at("both.pem"),
                Files.readString(at("ec.key")) + "text between\n" + Files.readString(at("ec.key.pem"))
                        + Files.readString(at("rsa.key.pem")));
        assertThat(ServerCertificate.read(at("both.pem"), at("both.pem")).chain())
                .as("one file for both, and a chain")
                .hasSize(2);
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key");
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out b.key");
        openssl("pkey -in a.key -aes128 -passout pass:secret -out locked.key");
        certify("a.key", "a.pem");
        Files.writeString(at("empty"), "");
        Files.writeString(at("broken"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertProblems(
                "a.pem",
                "b.key",
                "ingress.tls.key: DIR/b.key does not match the certificate in DIR/a.pem (CN=mx2.example.org)");
        assertProblems("a.pem", "locked.key", "ingress.tls.key: DIR/locked.key has a passphrase");
        assertProblems("a.pem", "a.pem", "ingress.tls.key: DIR/a.pem holds no PEM block BEGIN PRIVATE KEY");
        assertProblems("empty", "a.key", "ingress.tls.certificate: DIR/empty holds no PEM block BEGIN CERTIFICATE");
        assertProblems("broken", "a.key", "ingress.tls.certificate: DIR/broken holds no X.509 certificate");
        assertProblems(
                "no.pem",
                "no.key",
                "ingress.tls.certificate: DIR/no.pem cannot be read: no such file",
                "ingress.tls.key: DIR/no.key cannot be read: no such file");
        ServerCertificate sound = ServerCertificate.read(at("a.pem"), at("a.key"));
        assertThat(sound.warnings(Instant.now().plus(Duration.ofDays(31))))
                .singleElement()
                .asString()
                .startsWith("ingress.tls.certificate: has expired at ");
        assertThat(sound.warnings(Instant.now().minus(Duration.ofDays(1)))).hasSize(1);
    }

    @Test
    void aNewOneIsTakenAndABrokenOneIsNot() throws Exception {
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key");
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out b.key");
        certify("a.key", "a.pem");
        certify("b.key", "b.pem");
        Path certificate = replace("a.pem", "live.pem");
        Path key = replace("a.key", "live.key");
        CertificateReload reload = new CertificateReload(certificate, key, InstantSource.system());
        List<ServerCertificate> taken = new ArrayList<>();
        reload.handTo(taken::add);

        reload.look();
        assertThat(reload.reload()).isEmpty();
        assertThat(taken).as("nothing has changed").isEmpty();

        replace("b.pem", "live.pem");
        reload.look();
        reload.look();
        assertThat(reload.isStale()).as("the key is still the old one's").isTrue();
        assertThat(taken).isEmpty();

        replace("b.key", "live.key");
        reload.look();
        assertThat(taken).as("it may not be whole").isEmpty();
        reload.look();
        assertThat(reload.isStale()).isFalse();
        assertThat(taken).containsExactly(ServerCertificate.read(at("b.pem"), at("b.key")));

        Files.delete(key);
        assertThat(reload.reload()).singleElement().asString().contains("live.key cannot be read: no such file");
        replace("b.key", "live.key");
        reload.tryAgain();
        assertThat(reload.isStale()).isFalse();
        assertThat(taken).as("it is the same again").hasSize(1);
    }

    private void assertProblems(String certificate, String key, String... problems) {
        assertThatThrownBy(() -> ServerCertificate.read(at(certificate), at(key)))
                .isInstanceOfSatisfying(UnusableCertificate.class, e -> {
                    assertThat(e.problems()).hasSameSizeAs(problems);
                    for (int i = 0; i < problems.length; i++) {
                        assertThat(e.problems().get(i)).startsWith(problems[i].replace("DIR", directory.toString()));
                    }
                });
    }

    private Path replace(String from, String to) throws IOException {
        Path fresh = Files.copy(at(from), at("fresh"), StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        return Files.move(fresh, at(to), StandardCopyOption.ATOMIC_MOVE);
    }

    private void certify(String key, String certificate) {
        openssl("req -x509 -new -key " + key + " -subj /CN=mx2.example.org -days 30 -out " + certificate);
    }

    private Path at(String name) {
        return directory.resolve(name);
    }

    /** Names with a dot are files of the test's directory. */
    private void openssl(String arguments) {
        String[] words = arguments.split(" ");
        for (int i = 0; i < words.length; i++) {
            if (words[i].matches("\\w+(\\.\\w+)+")) {
                words[i] = at(words[i]).toString();
            }
        }
        Programs.require("openssl", "openssl").run(PATIENCE, words).succeeded();
    }
}
