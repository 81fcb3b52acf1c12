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
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates as OpenSSL writes them, sound and not. */
@SystemTest
class CertificateFilesIT {

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
        openssl("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key");
        assertThat(Files.readString(at("pkcs1.key"))).contains("BEGIN RSA PRIVATE KEY");
        assertThat(Files.readString(at("sec1.key"))).contains("BEGIN EC PARAMETERS", "BEGIN EC PRIVATE KEY");
        for (String key : List.of("rsa.key", "pkcs1.key", "sec1.key", "ec.key", "ed25519.key", "pss.key")) {
            certify(key, key + ".pem");
            ServerCertificate read = files(key + ".pem", key).readAndTry();
            assertThat(read.certificate().getSubjectX500Principal().getName())
                    .as(key)
                    .isEqualTo("CN=mx2.example.org");
            assertThat(read.warnings(Instant.now())).as(key).isEmpty();
        }
        Files.writeString(
                at("both.pem"),
                Files.readString(at("ec.key")) + "text between\n" + Files.readString(at("ec.key.pem"))
                        + Files.readString(at("rsa.key.pem")));
        assertThat(files("both.pem", "both.pem").readAndTry().chain())
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
        CertificateFiles files = files("a.pem", "a.key");
        ServerCertificate sound = files.read();
        assertThat(files.warnings(sound, Instant.now().plus(Duration.ofDays(31))))
                .singleElement()
                .asString()
                .startsWith("ingress.tls.certificate: has expired at ");
        assertThat(files.warnings(sound, Instant.now().minus(Duration.ofDays(1))))
                .singleElement()
                .asString()
                .startsWith("ingress.tls.certificate: is valid from ");
    }

    @Test
    void aNewOneIsTakenAndABrokenOneIsNot() throws Exception {
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key");
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out b.key");
        certify("a.key", "a.pem");
        certify("b.key", "b.pem");
        replace("a.pem", "live.pem");
        Path key = replace("a.key", "live.key");
        CertificateReload reload = new CertificateReload(files("live.pem", "live.key"), InstantSource.system());
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
        assertThat(taken).containsExactly(files("b.pem", "b.key").read());

        Files.delete(key);
        assertThat(reload.reload()).singleElement().asString().contains("live.key cannot be read: no such file");
        replace("b.key", "live.key");
        reload.tryAgain();
        assertThat(reload.isStale()).isFalse();
        assertThat(taken).as("it is the same again").hasSize(1);
    }

    /** Keys that the JDK reads and no sender can do with; what is in use stays so. */
    @Test
    void whatNoClientCouldAgreeOnIsRefused() throws Exception {
        openssl("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out dsa.par");
        openssl("genpkey -paramfile dsa.par -out dsa.key");
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key");
        openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:512 -out short.key");
        certify("dsa.key", "dsa.pem");
        certify("a.key", "a.pem");
        certify("short.key", "short.pem");

        assertProblems(
                "dsa.pem",
                "dsa.key",
                "ingress.tls.certificate: DIR/dsa.pem cannot be served, for no client could agree on it with us"
                        + " (DSA key of 1024 bits; TLSv1.3: ");
        assertProblems(
                "short.pem",
                "short.key",
                "ingress.tls.certificate: DIR/short.pem cannot be served, for no client could agree on it with us"
                        + " (RSA key of 512 bits; TLSv1.3: ");

        replace("a.pem", "live.pem");
        replace("a.key", "live.key");
        CertificateReload reload = new CertificateReload(files("live.pem", "live.key"), InstantSource.system());
        replace("dsa.pem", "live.pem");
        replace("dsa.key", "live.key");
        assertThat(reload.reload()).singleElement().asString().contains("live.pem cannot be served");
        assertThat(reload.isStale()).isTrue();
        assertThat(reload.inUse()).isEqualTo(files("a.pem", "a.key").read());
    }

    @Test
    void aChainThatIsNotWholeIsRefused() throws Exception {
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key");
        certify("a.key", "a.pem");
        List<String> lines = Files.readAllLines(at("a.pem"));
        Files.write(at("cut.pem"), concat(List.of(lines, lines.subList(0, 3))));
        Files.write(at("gap.pem"), concat(List.of(lines, lines.subList(0, 3), lines)));
        Files.write(
                at("torn.pem"),
                concat(List.of(lines.subList(0, 2), List.of("<html>"), lines.subList(2, lines.size()))));
        Files.write(at("lost.pem"), concat(List.of(lines.subList(0, 2), lines.subList(3, lines.size()))));
        int length = lines.size();

        assertProblems(
                "cut.pem",
                "a.key",
                "ingress.tls.certificate: DIR/cut.pem is not PEM: the CERTIFICATE that begins in line " + (length + 1)
                        + " has no END: the file is cut");
        assertProblems(
                "gap.pem",
                "a.key",
                "ingress.tls.certificate: DIR/gap.pem is not PEM: line " + (length + 4)
                        + " begins a CERTIFICATE within the CERTIFICATE of line " + (length + 1));
        assertProblems(
                "torn.pem", "a.key", "ingress.tls.certificate: DIR/torn.pem is not PEM: line 3 is not base64, within");
        assertProblems("lost.pem", "a.key", "ingress.tls.certificate: DIR/lost.pem holds no X.509 certificate: ");
    }

    @Test
    void aClientGetsTheCertificateOfTheHostThatItAsksFor() throws Exception {
        openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key");
        certify("a.key", "first.pem", "mx2.example.org", "DNS:mx2.example.org");
        certify("a.key", "also.pem", "mx2.example.org", "DNS:MX2.example.org");
        certify("a.key", "wild.pem", "x", "DNS:*.example.net,DNS:example.com");
        ServerCertificate first = files("first.pem", "a.key").read();
        ServerCertificate also = files("also.pem", "a.key").read();
        ServerCertificate wild = files("wild.pem", "a.key").read();
        CertificateChoice choice = new CertificateChoice(List.of(first, also, wild));

        assertThat(choice.of(Optional.empty())).containsExactly(first, also);
        assertThat(choice.of(Optional.of("nobody.example.org"))).containsExactly(first, also);
        assertThat(choice.of(Optional.of("mx2.EXAMPLE.org"))).containsExactly(first, also);
        assertThat(choice.of(Optional.of("mx7.example.net"))).containsExactly(wild);
        assertThat(choice.of(Optional.of("a.mx7.example.net"))).containsExactly(first, also);
        assertThat(choice.of(Optional.of("example.com"))).containsExactly(wild);
        assertThat(choice.of(Optional.of("x")))
                .as("a subject counts without other names")
                .containsExactly(first, also);
    }

    private static List<String> concat(List<List<String>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    private CertificateFiles files(String certificate, String key) {
        return new CertificateFiles("default", "ingress.tls", at(certificate), at(key));
    }

    private void assertProblems(String certificate, String key, String... problems) {
        assertThatThrownBy(() -> files(certificate, key).readAndTry())
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

    private void certify(String key, String certificate, String subject, String names) {
        openssl("req -x509 -new -key " + at(key) + " -subj /CN=" + subject + " -addext subjectAltName=" + names
                + " -days 30 -out " + at(certificate));
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
