package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig.SmtpUtf8;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What MAIL and RCPT say beside their paths is in the envelope (RFC 3461, RFC 6531). */
class ParametersIT {

    private static TestIngress ingress;

    private static final String HELLO = """
            S: 220 *
            C: EHLO client.example
            S: 250 *\\nDSN\\n*\\nSMTPUTF8\\nLIMITS RCPTMAX=1000
            """;

    @BeforeAll
    static void start() {
        ingress = new TestIngress();
    }

    @AfterAll
    static void stop() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    private static Envelope envelope() {
        return ingress.spool.mails().getLast().only().envelope();
    }

    private static void send(String mail, String rcpt, String content) {
        ingress.play(HELLO + "C!: " + mail + "\\r\\n\nS: 250 2.1.0 Ok\nC!: " + rcpt
                + "\\r\\n\nS: 250 2.1.5 Ok\nC: DATA\nS: 354 *\nC!: " + content
                + "\\r\\n.\\r\\n\nS: 250 2.0.0 Ok: queued as *\n");
    }

    @Test
    void reportsAreAskedFor() {
        send(
                "MAIL FROM:<bob@client.example> RET=HDRS ENVID=a+2Bb",
                "RCPT TO:<alice@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;al@old.example",
                "x");
        assertThat(envelope().returnContent()).contains("HDRS");
        assertThat(envelope().envelopeId()).contains("a+2Bb");
        assertThat(envelope().recipients())
                .containsExactly(new Recipient(
                        new ForwardPath.To(Mailbox.of("alice@example.test")),
                        Optional.of("rfc822;al@old.example"),
                        Optional.of("SUCCESS,FAILURE"),
                        Optional.empty()));
    }

    @Test
    void addressesBeyondAsciiNeedSmtpUtf8Onwards() {
        send("MAIL FROM:<b\\xc3\\xb6b@client.example> SMTPUTF8", "RCPT TO:<j\\xc3\\xb6rg@example.test>", "x");
        assertThat(envelope().smtpUtf8()).isTrue();
        assertThat(envelope().from().address()).isEqualTo("b\u00f6b@client.example");
        assertThat(envelope().recipients().getFirst().path().address()).isEqualTo("j\u00f6rg@example.test");
        assertThat(envelope().arrival().protocol()).isEqualTo("UTF8SMTP");
    }

    @Test
    void aHeaderBeyondAsciiNeedsSmtpUtf8Onwards() {
        send(
                "MAIL FROM:<bob@client.example> SMTPUTF8",
                "RCPT TO:<alice@example.test>",
                "Subject: \\xc3\\xa9\\r\\n\\r\\nx");
        assertThat(envelope().smtpUtf8()).isTrue();
    }

    @Test
    void whatIsAsciiAnywayDoesNot() {
        send(
                "MAIL FROM:<bob@client.example> SMTPUTF8",
                "RCPT TO:<alice@example.test>",
                "Subject: e\\r\\n\\r\\n\\xc3\\xa9");
        assertThat(envelope().smtpUtf8()).isFalse();
        assertThat(envelope().arrival().protocol()).isEqualTo("UTF8SMTP");
    }

    @Test
    void withoutSmtpUtf8AddressesAreAscii() {
        ingress.play(HELLO + """
                C!: MAIL FROM:<b\\xc3\\xb6b@client.example>\\r\\n
                S: 553 5.6.7 Non-ASCII addresses need SMTPUTF8
                C: MAIL FROM:<bob@client.example>
                S: 250 2.1.0 Ok
                C!: RCPT TO:<j\\xc3\\xb6rg@example.test>\\r\\n
                S: 553 5.6.7 Non-ASCII addresses need SMTPUTF8
                C!: RCPT TO:<alice@\\xc3\\xb6.test>\\r\\n
                S: 553 5.6.7 Non-ASCII addresses need SMTPUTF8
                """);
    }

    @Test
    void smtpUtf8MayBeOff() {
        try (TestIngress off = new TestIngress(tuning -> tuning.smtputf8 = SmtpUtf8.OFF)) {
            assertThat(off.play("""
                            S: 220 *
                            C: EHLO client.example
                            S: 250 *
                            C: MAIL FROM:<bob@client.example> SMTPUTF8
                            S: 555 5.5.4 Parameter not recognized
                            """).replies()).noneMatch(reply -> reply.text().contains("SMTPUTF8"));
        }
    }
}
