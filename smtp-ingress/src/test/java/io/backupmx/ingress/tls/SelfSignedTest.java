package io.backupmx.ingress.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import io.backupmx.tls.ServerCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateParsingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedTest {

    private static final Domain NAME = Domain.of("mx2.example.org");
    private static final Instant NOW = Instant.parse("2026-03-01T07:08:09Z");

    @TempDir
    private Path directory;

    @Test
    void isMadeOnceAndOnlyItsOwnerMayReadIt() throws IOException, CertificateParsingException {
        ServerCertificate made = SelfSigned.of(NAME, directory, NOW);

        assertThat(made.certificate().getSubjectAlternativeNames()).containsExactly(List.of(2, "mx2.example.org"));
        assertThat(made.warnings(NOW.plus(Duration.ofDays(3649)))).isEmpty();
        assertThat(directory).isDirectoryContaining("glob:**" + SelfSigned.FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(SelfSigned.FILE))))
                .isEqualTo("rw-------");
        assertThat(SelfSigned.of(NAME, directory, NOW)).isEqualTo(made);
    }

    @Test
    void isMadeAnewForAnotherNameOrWhenItIsSpentOrBroken() throws IOException {
        ServerCertificate made = SelfSigned.of(NAME, directory, NOW);
        ServerCertificate later = SelfSigned.of(NAME, directory, NOW.plus(Duration.ofDays(3651)));
        assertThat(later).isNotEqualTo(made);
        ServerCertificate other =
                SelfSigned.of(Domain.of("mx3.example.org"), directory, NOW.plus(Duration.ofDays(3651)));
        assertThat(other.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=mx3.example.org");

        Files.writeString(directory.resolve(SelfSigned.FILE), "half a fi");
        assertThat(SelfSigned.of(NAME, directory, NOW).warnings(NOW)).isEmpty();
    }

    @Test
    void servesAlsoWhereItCannotBeKept() {
        Path nowhere = directory.resolve("not/there");
        assertThat(SelfSigned.of(NAME, nowhere, NOW).warnings(NOW)).isEmpty();
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void aNameTooLongForASubjectIsWholeInTheExtension() throws CertificateParsingException {
        Domain name = Domain.of("a".repeat(60) + "." + "b".repeat(60) + ".example.org");
        assertThat(SelfSigned.of(name, directory, NOW).certificate().getSubjectAlternativeNames())
                .containsExactly(List.of(2, name.name()));
        assertThat(SelfSigned.of(name, directory, NOW)).isEqualTo(SelfSigned.of(name, directory, NOW));
    }
}
