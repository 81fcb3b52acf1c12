package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.StartTlsServer;
import io.backupmx.testing.TestCertificate;
import io.backupmx.testing.TlsClient;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REQUIRETLS (RFC 8689) from the first mail that makes a primary known to one that demands it. */
class RequireTlsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void whatThePrimaryOffersIsOfferedAndWhatIsDemandedIsPassedOn() throws IOException, GeneralSecurityException {
        TestCertificate certificate = TestCertificate.of("localhost");
        Path authorities = certificate.writeCertificate(directory.resolve("authorities.pem"));
        try (StartTlsServer primary = StartTlsServer.started(certificate, StartTlsServer.Behaviour.GOOD)
                        .offering("REQUIRETLS");
                Instance instance = new Instance(directory.resolve("data"))
                        .set(
                                "domains.verified.test.primary=localhost:" + primary.port(),
                                "domains.verified.test.tls=verify",
                                "worker.tls_ca_file=" + authorities)
                        .started();
                TlsClient client = TlsClient.atStartTls(instance.smtpPort())) {
            client.startTls();
            assertThat(ehlo(client)).noneMatch(line -> line.contains("REQUIRETLS"));
            Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "a@verified.test");
            Instance.await(PATIENCE, () -> assertThat(ehlo(client)).contains("250 REQUIRETLS"));

            client.say("MAIL FROM:<bob@client.example> REQUIRETLS");
            assertThat(client.say("RCPT TO:<b@verified.test>")).startsWith("250 ");
            client.say("DATA");
            assertThat(client.say("Subject: x\r\n\r\nx\r\n.")).startsWith("250 2.0.0 Ok: queued as ");
            Instance.await(
                    PATIENCE,
                    () -> assertThat(primary.said())
                            .contains("TLS MAIL FROM:<bob@client.example> REQUIRETLS", "TLS RCPT TO:<b@verified.test>")
                            .noneMatch(line -> line.startsWith("MAIL ")));
        }
    }

    private static List<String> ehlo(TlsClient client) throws IOException {
        client.write("EHLO client.example\r\n");
        return client.reply();
    }
}
