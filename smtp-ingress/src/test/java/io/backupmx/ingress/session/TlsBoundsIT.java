package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.TlsClient;
import java.io.IOException;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What TLS itself lets clients do on and on. */
@Timeout(60)
class TlsBoundsIT {

    /** With the largest of buffers between, a client gets rid of no more until it sees that the connection is closed. */
    private static final int ENDLESS = 1_000_000;

    /** Most of what is borne without a word between them: each is a record of 43 octets, as Java pads it. */
    private static final int MANY = 5_000;

    private final TestIngress ingress = new TestIngress(tuning -> tuning.tls = true);

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void keysThatChangeForEverEndTheSession() throws IOException, GeneralSecurityException {
        try (TlsClient client = greeted("TLSv1.3")) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < ENDLESS; i++) {
                            client.changeKeys();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        await().untilAsserted(() -> assertThat(ingress.count("backupmx.ingress.connections", "outcome", "flood"))
                .isOne());
    }

    @Test
    void keysMayChangeNowAndThen() throws IOException, GeneralSecurityException {
        try (TlsClient client = greeted("TLSv1.3")) {
            for (int mail = 0; mail < 2; mail++) {
                for (int i = 0; i < MANY; i++) {
                    client.changeKeys();
                }
                client.say("MAIL FROM:<>");
                client.say("RCPT TO:<alice@example.test>");
                client.say("DATA");
                assertThat(client.say("0123456789\r\n".repeat(400) + ".")).startsWith("250 2.0.0 Ok: queued as ");
            }
            assertThat(client.say("QUIT")).startsWith("221 ");
        }
        assertThat(ingress.spool.mails()).hasSize(2);
    }

    @Test
    void aHandshakeAnewEndsTheSession() throws IOException, GeneralSecurityException {
        try (TlsClient client = greeted("TLSv1.2")) {
            assertThatThrownBy(() -> {
                        client.changeKeys();
                        client.say("NOOP");
                    })
                    .isInstanceOf(IOException.class);
        }
        await().untilAsserted(() -> assertThat(ingress.count("backupmx.ingress.tls.sessions", "version", "TLSv1.2"))
                .isOne());
    }

    private TlsClient greeted(String version) throws IOException, GeneralSecurityException {
        TlsClient client = TlsClient.atStartTls(ingress.port());
        client.startTls(version);
        client.say("EHLO client.example");
        return client;
    }
}
