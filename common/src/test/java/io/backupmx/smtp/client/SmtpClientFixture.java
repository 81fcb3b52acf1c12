package io.backupmx.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.BodyType;
import io.backupmx.mail.Content;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A client with short timeouts, a primary for each test, and mails to send. */
abstract class SmtpClientFixture {

    static final Duration SHORT = Duration.ofMillis(400);
    static final Duration LONG = Duration.ofSeconds(20);
    static final String HEADER = "Received: from here\r\n\tby there\r\n";

    static Vertx vertx;
    static SmtpClient client;

    final ScriptedPrimary primary = ScriptedPrimary.started();

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
        client = new SmtpClient(
                vertx,
                new SmtpClientOptions(
                        Domain.of("backup.example"), SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT));
    }

    @AfterAll
    static void closeAll() {
        client.close();
        vertx.close().await();
    }

    @AfterEach
    void stop() {
        primary.close();
    }

    static void assertLost(TransactionResult result, Loss.Phase phase, Loss.Cause cause) {
        assertThat(result.loss()).hasValueSatisfying(loss -> {
            assertThat(loss.phase()).isEqualTo(phase);
            assertThat(loss.cause()).isEqualTo(cause);
        });
        assertThat(result.content()).isEmpty();
    }

    static Script script(boolean pipelining) {
        return pipelining ? Script.acceptAll() : Script.acceptAll().offering("SIZE", "8BITMIME");
    }

    ConnectResult connect() {
        return client.connect(SocketAddress.inetSocketAddress(primary.port(), "127.0.0.1"));
    }

    SmtpConnection connected() {
        return connected(primary.port());
    }

    static SmtpConnection connected(int port) {
        ConnectResult result = client.connect(SocketAddress.inetSocketAddress(port, "127.0.0.1"));
        if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
            return connection;
        }
        throw new AssertionError("not connected: " + result);
    }

    static void isPositive(SmtpReply reply) {
        assertThat(reply.isPositive()).isTrue();
    }

    static List<Integer> codes(TransactionResult result) {
        return Stream.iterate(0, i -> i + 1)
                .limit(result.recipients().size())
                .map(i -> result.answerTo(i).map(SmtpReply::code).orElse(0))
                .toList();
    }

    static Transaction mail(String... recipients) {
        return transaction(Content.of("Subject: x\r\n\r\nx\r\n".getBytes(ISO_8859_1)), recipients);
    }

    static Transaction large(boolean inMemory) {
        byte[] octets = "0123456789012345678901234567890\r\n".repeat(1_000_000).getBytes(ISO_8859_1);
        return transaction(inMemory ? Content.of(octets) : new StreamedContent(octets), "a@x.test");
    }

    static Transaction headedBy(String header) {
        Transaction mail = mail("a@x.test");
        return new Transaction(
                mail.from(),
                mail.recipients(),
                mail.body(),
                mail.smtpUtf8(),
                Optional.empty(),
                Optional.empty(),
                header,
                mail.content());
    }

    static Transaction transaction(Content content, String... recipients) {
        return new Transaction(
                ReversePath.parse("<s@client.example>").orElseThrow(),
                Stream.of(recipients)
                        .map(r -> ForwardPath.parse("<" + r + ">"))
                        .map(Optional::orElseThrow)
                        .map(Recipient::of)
                        .toList(),
                BodyType.EIGHT_BIT_MIME,
                false,
                Optional.empty(),
                Optional.empty(),
                HEADER,
                content);
    }

    /** A content that is not known to be in memory. */
    static class StreamedContent implements Content {
        private final byte[] octets;
        private final long sizeBytes;

        StreamedContent(byte[] octets) {
            this.octets = octets;
            this.sizeBytes = octets.length;
        }

        StreamedContent(long sizeBytes) {
            this.octets = new byte[0];
            this.sizeBytes = sizeBytes;
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }

        @Override
        public void close() {}
    }
}
