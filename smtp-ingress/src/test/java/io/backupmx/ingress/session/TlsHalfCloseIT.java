package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.TlsClient;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As {@link HalfCloseIT}, through TLS: whoever has said its last, with a goodbye or without, gets every answer. */
@Timeout(30)
class TlsHalfCloseIT {

    private static final String MAIL = "MAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nhello\r\n.\r\n";

    private final TestIngress ingress = new TestIngress(tuning -> tuning.tls = true);

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aGoodbyeBehindQuit(String version) throws IOException, GeneralSecurityException {
        try (TlsClient client = greeted(version)) {
            client.write("QUIT\r\n");
            client.sayGoodbye();
            assertThat(replies(client)).singleElement().asString().startsWith("221 ");
        }
        await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "quit") == 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aGoodbyeWhileAMailIsStored(String version) throws IOException, GeneralSecurityException {
        ingress.spool.hold();
        try (TlsClient client = greeted(version)) {
            client.write(MAIL + "QUIT\r\n");
            client.sayGoodbye();
            answersWhenReleased(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void anOutputThatIsClosedWhileAMailIsStored(String version) throws IOException, GeneralSecurityException {
        ingress.spool.hold();
        try (TlsClient client = greeted(version)) {
            client.write(MAIL + "QUIT\r\n");
            client.closeOutput();
            answersWhenReleased(client);
        }
    }

    private void answersWhenReleased(TlsClient client) throws IOException {
        await().until(() -> ingress.spool.heldStores() == 1);
        ingress.spool.release();
        List<String> replies = replies(client);
        assertThat(replies).hasSize(5);
        assertThat(replies.get(3)).startsWith("250 2.0.0 Ok: queued as ");
        assertThat(replies.get(4)).startsWith("221 ");
    }

    private TlsClient greeted(String version) throws IOException, GeneralSecurityException {
        TlsClient client = TlsClient.atStartTls(ingress.port());
        client.startTls(version);
        client.say("EHLO client.example");
        return client;
    }

    /** Up to the end of the connection. */
    private static List<String> replies(TlsClient client) throws IOException {
        List<String> all = new ArrayList<>();
        for (List<String> reply = client.reply(); !reply.isEmpty(); reply = client.reply()) {
            all.addAll(reply);
        }
        return all;
    }
}
