package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that says all it has to say, closes its direction and listens gets every answer. */
@Timeout(30)
class HalfCloseIT {

    private static final String MAIL =
            "EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nhello\r\n.\r\n";

    private final TestIngress ingress = new TestIngress();

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void aMailIsStoredAndAnsweredAfterTheClientHasClosed() throws IOException {
        ingress.spool.hold();
        try (Socket client = say(MAIL + "QUIT\r\n")) {
            await().until(() -> ingress.spool.heldStores() == 1);
            ingress.spool.release();
            assertThat(replies(client)).contains("\r\n250 2.0.0 Ok: queued as ").endsWith("Bye\r\n");
        }
        assertThat(ingress.count("backupmx.ingress.connections", "outcome", "quit"))
                .isOne();
    }

    @Test
    void withoutQuitToo() throws IOException {
        ingress.spool.hold();
        try (Socket client = say(MAIL)) {
            await().until(() -> ingress.spool.heldStores() == 1);
            ingress.spool.release();
            assertThat(replies(client)).matches("(?s).*\r\n250 2.0.0 Ok: queued as \\S+\r\n");
        }
        assertThat(ingress.count("backupmx.ingress.connections", "outcome", "disconnected"))
                .isOne();
    }

    @Test
    void aSlowRecipientIsStillAnswered() throws IOException {
        try (Socket client = say("EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<slow@example.test>\r\nNOOP\r\n")) {
            await().until(() -> ingress.directory.waiting() == 1);
            ingress.directory.answer();
            assertThat(replies(client)).endsWith("250 2.1.5 Ok\r\n250 2.0.0 Ok\r\n");
        }
    }

    @Test
    void halfAMailIsNotTaken() throws IOException {
        try (Socket client = say(MAIL.replace("\r\n.\r\n", "\r\n."))) {
            assertThat(replies(client)).endsWith("354 End data with <CR><LF>.<CR><LF>\r\n");
        }
        assertThat(ingress.spool.mails()).isEmpty();
    }

    private Socket say(String all) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), ingress.port());
        client.setSoTimeout(10_000);
        client.getOutputStream().write(all.getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        return client;
    }

    /** All of them, up to the end of the connection. */
    private static String replies(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
}
