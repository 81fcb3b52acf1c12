package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.TlsClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that mean somebody else are told so, once, and hear no more. */
class StrangerIT {

    private static final String REFUSED = "554 5.5.1 This is SMTP, and that is not";

    private final TestIngress ingress = new TestIngress();

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void tlsWhereSmtpBegins() throws IOException {
        refuse("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", "tls_at_once");
    }

    /** A web page can have a browser post that. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: mx2.example.net:25\r\n\r\n",
                "POST / HTTP/1.1\r\n\r\nEHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nhi\r\n.\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "HEAD "
            })
    void http(String request) throws IOException {
        refuse(request, "http");
        assertThat(ingress.spool.mails()).isEmpty();
    }

    @Test
    void whateverPiecesItComesIn() {
        assertThat(hear("P", "", "OST /")).contains(Stranger.HTTP);
        assertThat(hear("G", "E", "T", " ")).contains(Stranger.HTTP);
        assertThat(hear("PO", "STER ")).isEmpty();
        assertThat(hear("xGET ")).isEmpty();
        assertThat(hear("NOOP\r\n", "GET ")).isEmpty();
    }

    private static Optional<Stranger> hear(String... pieces) {
        Stranger.Watch watch = new Stranger.Watch();
        return Stream.of(pieces)
                .map(piece -> ByteBuffer.wrap(piece.getBytes(StandardCharsets.US_ASCII)))
                .flatMap(piece -> watch.hear(piece).stream())
                .findFirst();
    }

    @Test
    void whoHasSpokenSmtpIsNoStranger() throws IOException {
        try (TlsClient client = new TlsClient(ingress.port())) {
            client.reply();
            assertThat(client.say("HELO client.example")).startsWith("250 ");
            assertThat(client.say("GET / HTTP/1.1")).isEqualTo("500 5.5.2 Command not recognized");
            assertThat(client.say("GETTING")).isEqualTo("500 5.5.2 Command not recognized");
        }
    }

    private void refuse(String said, String outcome) throws IOException {
        try (TlsClient client = new TlsClient(ingress.port())) {
            assertThat(client.reply()).last().asString().startsWith("220 ");
            client.write(said);
            assertThat(client.reply()).containsExactly(REFUSED);
            assertThat(client.reply()).isEmpty();
        }
        await().untilAsserted(() -> assertThat(ingress.count("backupmx.ingress.connections", "outcome", outcome))
                .isOne());
    }
}
