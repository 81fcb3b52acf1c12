package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.tls.Authorities;
import io.backupmx.tls.UnusableCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates as a server shows them, to one who trusts {@code root} alone. */
final class PeerCheckTest {

    private static PeerCheck trusting(String name) throws UnusableCertificate {
        return new PeerCheck(Authorities.of(Optional.of(Certificates.file(name))));
    }

    private static Optional<String> judged(PeerCheck check, String name, String chain) {
        return check.judge(new TlsDemand.Verified(List.of(name)), Certificates.chain(chain.split(" ")))
                .map(failure -> failure.result().name());
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example.test,       leaf middle,",
        "MX.Example.Test,       leaf middle root,",
        "a.wild.example.test,   leaf middle,",
        "192.0.2.1,             leaf middle,",
        "wild.example.test,     leaf middle,    CERTIFICATE_HOST_MISMATCH",
        "a.b.wild.example.test, leaf middle,    CERTIFICATE_HOST_MISMATCH",
        "example.test,          leaf middle,    CERTIFICATE_HOST_MISMATCH",
        "192.0.2.2,             leaf middle,    CERTIFICATE_HOST_MISMATCH",
        "mx,                    leaf middle,    CERTIFICATE_HOST_MISMATCH", // its common name
        "mx.example.test,       leaf,           CERTIFICATE_NOT_TRUSTED",
        "mx.example.test,       self,           CERTIFICATE_NOT_TRUSTED",
        "mx.example.test,       stray other,    CERTIFICATE_NOT_TRUSTED",
        "mx.example.test,       expired middle, CERTIFICATE_EXPIRED",
    })
    void aCertificateIsBelievedOrNot(String name, String chain, String result) throws UnusableCertificate {
        assertThat(judged(trusting("root"), name, chain)).isEqualTo(Optional.ofNullable(result));
    }

    /** What REQUIRETLS rests on: TLSA records that cannot be used demand TLS, and nobody in particular (RFC 7672 §2.2). */
    @Test
    void whoIsThereIsLookedAtOrNot() {
        List<String> names = List.of("mx.example.test");
        assertThat(List.of(
                        new TlsDemand.Verified(names),
                        new TlsDemand.Verified(names, TlsDemand.Policy.STS),
                        new TlsDemand.Dane(List.of(new TlsaRecord(3, 1, 1, "ab".repeat(32))), names)))
                .allMatch(PeerCheck::looks);
        assertThat(List.of(
                        new TlsDemand.Clear(),
                        new TlsDemand.Opportunistic(),
                        new TlsDemand.Encrypted(),
                        new TlsDemand.Dane(List.of(new TlsaRecord(1, 1, 1, "ab".repeat(32))), names)))
                .noneMatch(PeerCheck::looks);
    }

    @Test
    void aCertificateByItselfCanBeTrusted() throws UnusableCertificate {
        assertThat(judged(trusting("self"), "mx.example.test", "self")).isEmpty();
        assertThat(judged(trusting("self"), "mx.elsewhere.test", "self")).contains("CERTIFICATE_HOST_MISMATCH");
    }

    @Test
    void theJvmTrustsNoneOfThem() {
        assertThat(judged(new PeerCheck(Authorities.ofJvm()), "mx.example.test", "leaf middle root"))
                .contains("CERTIFICATE_NOT_TRUSTED");
    }

    @Test
    void whoDemandsNobodyLooksAtNothing() {
        PeerCheck check = new PeerCheck(Authorities.ofJvm());
        assertThat(check.judge(new TlsDemand.Encrypted(), Certificates.chain("expired")))
                .isEmpty();
        assertThat(check.judge(new TlsDemand.Verified(List.of("mx.example.test")), List.of()))
                .isPresent();
    }

    @Test
    void aFileWithoutCertificatesIsAProblem(@TempDir Path directory) throws Exception {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing\n");
        assertThatThrownBy(() -> Authorities.of(Optional.of(empty)))
                .hasMessage("worker.tls_ca_file: " + empty + " has no certificate");
        assertThatThrownBy(() -> Authorities.of(Optional.of(directory.resolve("none.pem"))))
                .hasMessageContaining("cannot be read");
    }
}
