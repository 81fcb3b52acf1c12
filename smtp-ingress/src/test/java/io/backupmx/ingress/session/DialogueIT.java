package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.IngressConfig.BareLineEnd;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.testing.Conversation;
import io.backupmx.testing.Transcript;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DialogueIT {

    private TestIngress ingress = new TestIngress();

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void aMailIsStoredAsItCame() {
        Transcript transcript = ingress.play("""
                S: 220 mx2.example.net ESMTP Backup MX
                C: EHLO client.example
                S: 250 mx2.example.net\\nPIPELINING\\nSIZE 52428800\\n8BITMIME\\nENHANCEDSTATUSCODES\\nDSN\\nCHUNKING\\nSMTPUTF8\\nLIMITS RCPTMAX=1000
                C: MAIL FROM:<bob@client.example> SIZE=100 BODY=8BITMIME
                S: 250 2.1.0 Ok
                C: RCPT TO:<alice@example.test>
                S: 250 2.1.5 Ok
                C: DATA
                S: 354 End data with <CR><LF>.<CR><LF>
                C!: Subject:x\\r\\n\\r\\n..dot\\r\\n\\xe9\\x00 \\r\\n.\\r\\n
                S: 250 2.0.0 Ok: queued as *
                C: QUIT
                S: 221 2.0.0 mx2.example.net Bye
                S: <closed>
                """);
        MemorySpool.Mail mail = ingress.spool.only();
        assertThat(mail.text()).isEqualTo("Subject:x\r\n\r\n.dot\r\n\u00e9\0 \r\n");
        SpoolEntry entry = mail.only();
        assertThat(entry.route()).isEqualTo(FakeDirectory.EXAMPLE);
        Envelope envelope = entry.envelope();
        assertThat(transcript.replies()).anyMatch(reply -> reply.text().endsWith("queued as " + envelope.queueId()));
        assertThat(envelope.from()).isEqualTo(new ReversePath.Sender(Mailbox.of("bob@client.example")));
        assertThat(envelope.recipients())
                .containsExactly(Recipient.of(new ForwardPath.To(Mailbox.of("alice@example.test"))));
        assertThat(envelope.body()).isEqualTo(BodyType.EIGHT_BIT_MIME);
        assertThat(envelope.arrival().clientAddress()).isEqualTo("127.0.0.1");
        assertThat(envelope.arrival().helo()).isEqualTo("client.example");
        assertThat(envelope.arrival().protocol()).isEqualTo("ESMTP");
        assertThat(envelope.arrival().receivedBy()).isEqualTo(Domain.of("mx2.example.net"));
        assertThat(ingress.count("backupmx.ingress.messages", "outcome", "accepted"))
                .isOne();
        assertThat(ingress.count("backupmx.ingress.recipients", "verdict", "accepted"))
                .isOne();
        assertThat(ingress.count("backupmx.ingress.received.bytes"))
                .isEqualTo(mail.text().length());
        assertThat(ingress.metrics.get("backupmx.ingress.store").timer().count())
                .isOne();
        await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "quit") == 1);
    }

    @Test
    void aClientWithoutExtensionsIsServed() {
        ingress.play("""
                S: 220 *
                C: HELO client.example
                S: 250 mx2.example.net
                C: MAIL FROM:<>
                S: 250 2.1.0 Ok
                C: RCPT TO:<postmaster>
                S: 250 2.1.5 Ok
                C: DATA
                S: 354 *
                C: .
                S: 250 2.0.0 Ok: queued as *
                """);
        Envelope envelope = ingress.spool.only().only().envelope();
        assertThat(envelope.from()).isEqualTo(new ReversePath.Null());
        assertThat(envelope.recipients()).containsExactly(Recipient.of(new ForwardPath.Postmaster()));
        assertThat(envelope.arrival().protocol()).isEqualTo("SMTP");
        assertThat(ingress.spool.only().text()).isEmpty();
    }

    @Test
    void severalMailsGoThroughOneSession() {
        String mail = """
                C: MAIL FROM:<bob@client.example>
                S: 250 2.1.0 Ok
                C: RCPT TO:<alice@example.test>
                S: 250 2.1.5 Ok
                C: DATA
                S: 354 *
                C!: hello\\r\\n.\\r\\n
                S: 250 2.0.0 Ok: queued as *
                """;
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                """ + mail.repeat(3));
        assertThat(ingress.spool.mails())
                .hasSize(3)
                .extracting(MemorySpool.Mail::text)
                .containsOnly("hello\r\n");
        assertThat(ingress.spool.mails())
                .extracting(stored -> stored.only().envelope().queueId())
                .doesNotHaveDuplicates();
    }

    @Test
    void aWholePipelineIsAnsweredInOrder() {
        ingress.play("""
                S: 220 *
                C+: EHLO client.example
                C+: MAIL FROM:<bob@client.example>
                C+: RCPT TO:<nobody@example.test>
                C+: RCPT TO:<alice@example.test>
                C+: RCPT TO:<carol@elsewhere.example>
                C+: RCPT TO:<unsure@example.test>
                C+: RCPT TO:<broken@example.test>
                C+: DATA
                C!+: one\\r\\n.\\r\\n
                C+: MAIL FROM:<>
                C+: RCPT TO:<dave@example.test>
                C+: DATA
                C!+: two\\r\\n.\\r\\n
                C: QUIT
                S: 250 *
                S: 250 2.1.0 Ok
                S: 550 5.1.1 <nobody@example.test>: Recipient address rejected: User unknown
                S: 250 2.1.5 Ok
                S: 554 5.7.1 <carol@elsewhere.example>: Relay access denied
                S: 451 4.3.0 <unsure@example.test>: Temporary lookup failure
                S: 451 4.3.0 <broken@example.test>: Temporary lookup failure
                S: 354 *
                S: 250 2.0.0 Ok: queued as *
                S: 250 2.1.0 Ok
                S: 250 2.1.5 Ok
                S: 354 *
                S: 250 2.0.0 Ok: queued as *
                S: 221 *
                S: <closed>
                """);
        assertThat(ingress.spool.mails()).extracting(MemorySpool.Mail::text).containsExactly("one\r\n", "two\r\n");
        assertThat(ingress.count("backupmx.ingress.recipients", "verdict", "unknown_user"))
                .isOne();
        assertThat(ingress.count("backupmx.ingress.recipients", "verdict", "relay_denied"))
                .isOne();
        assertThat(ingress.count("backupmx.ingress.recipients", "verdict", "lookup_failed"))
                .isEqualTo(2);
    }

    @Test
    void noCommandIsLookedAtBeforeThePreviousOneIsAnswered() {
        try (Conversation client = ingress.open()) {
            client.play("""
                    S: 220 *
                    C+: EHLO client.example
                    C+: MAIL FROM:<bob@client.example>
                    C+: RCPT TO:<slow@example.test>
                    C+: RCPT TO:<nobody@example.test>
                    C: NOOP
                    S: 250 *
                    S: 250 2.1.0 Ok
                    S: <silence 200>
                    """);
            await().until(() -> ingress.directory.waiting() == 1);
            ingress.directory.answer();
            client.play("""
                    S: 250 2.1.5 Ok
                    S: 550 5.1.1 *
                    S: 250 2.0.0 Ok
                    """);
        }
    }

    @Test
    void recipientsOfSeveralRoutesAreOneMail() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C+: MAIL FROM:<bob@client.example>
                C+: RCPT TO:<alice@example.test>
                C+: RCPT TO:<carol@other.test>
                C+: RCPT TO:<dave@example.test>
                C+: RCPT TO:<alice@EXAMPLE.test>
                C: DATA
                S: 250 2.1.0 Ok
                S: 250 2.1.5 Ok
                S: 250 2.1.5 Ok
                S: 250 2.1.5 Ok
                S: 250 2.1.5 Ok
                S: 354 *
                C: .
                S: 250 2.0.0 Ok: queued as *
                """);
        MemorySpool.Mail mail = ingress.spool.only();
        assertThat(mail.entries())
                .extracting(SpoolEntry::route)
                .containsExactly(FakeDirectory.EXAMPLE, FakeDirectory.OTHER);
        assertThat(mail.entries().getFirst().envelope().recipients())
                .extracting(recipient -> recipient.path().address())
                .containsExactly("alice@example.test", "dave@example.test");
        assertThat(mail.entries())
                .extracting(entry -> entry.envelope().queueId())
                .containsOnly(mail.entries().getFirst().envelope().queueId());
    }

    @Test
    void rsetAndEhloForgetTheMail() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C: MAIL FROM:<bob@client.example>
                S: 250 2.1.0 Ok
                C: RCPT TO:<alice@example.test>
                S: 250 2.1.5 Ok
                C: RSET
                S: 250 2.0.0 Ok
                C: DATA
                S: 503 5.5.1 Need MAIL first
                C: MAIL FROM:<carol@client.example>
                S: 250 2.1.0 Ok
                C: RCPT TO:<dave@example.test>
                S: 250 2.1.5 Ok
                C: HELO again.example
                S: 250 mx2.example.net
                C: RCPT TO:<eve@example.test>
                S: 503 5.5.1 Need MAIL first
                C: MAIL FROM:<frank@client.example>
                S: 250 2.1.0 Ok
                C: RCPT TO:<grace@example.test>
                S: 250 2.1.5 Ok
                C: DATA
                S: 354 *
                C: .
                S: 250 2.0.0 Ok: queued as *
                """);
        Envelope envelope = ingress.spool.only().only().envelope();
        assertThat(envelope.from().address()).isEqualTo("frank@client.example");
        assertThat(envelope.recipients())
                .containsExactly(Recipient.of(new ForwardPath.To(Mailbox.of("grace@example.test"))));
        assertThat(envelope.arrival().helo()).isEqualTo("again.example");
    }

    @Test
    void contentBehindARefusedDataIsOnlyUnknownCommands() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C+: MAIL FROM:<bob@client.example>
                C+: RCPT TO:<nobody@example.test>
                C+: DATA
                C!+: Subject: x\\r\\n\\r\\nhello\\r\\n.\\r\\n
                C: QUIT
                S: 250 2.1.0 Ok
                S: 550 5.1.1 *
                S: 554 5.5.1 No valid recipients
                S: 500 5.5.2 *
                S: 500 5.5.2 *
                S: 500 5.5.2 *
                S: 500 5.5.2 *
                S: 221 *
                S: <closed>
                """);
        assertThat(ingress.spool.mails()).isEmpty();
    }

    @Test
    void whatFollowsQuitIsIgnored() {
        ingress.play("""
                S: 220 *
                C+: EHLO client.example
                C+: QUIT
                C+: MAIL FROM:<bob@client.example>
                C: NOOP
                S: 250 *
                S: 221 *
                S: <closed>
                """);
    }

    @Test
    void linesThatAreNoCommandsAreAnsweredOnceEach() {
        ingress.play("""
                S: 220 *
                C!: EHLO client.example\\nRSET\\r\\nQUIT\\r\\n
                S: 500 5.5.2 Lines must end with <CR><LF>, closing connection
                S: <closed>
                """);
        String longLine = "x".repeat(3000);
        ingress.play("S: 220 *\nC: NOOP " + longLine + "\nS: 500 5.5.2 Line too long\nC: NOOP\nS: 250 2.0.0 Ok\n");
    }

    @Test
    void contentWithBareLineEndsIsReadToItsEndAndRefused() {
        ingress.play(TestIngress.UP_TO_DATA + """
                C!: a\\n.\\nb\\r\\n.\\r.\\r\\nMAIL FROM:<x@y.example>\\r\\n.\\r\\n
                S: 550 5.6.11 Bare <CR> or <LF> in content
                C: NOOP
                S: 250 2.0.0 Ok
                """);
        assertThat(ingress.spool.mails()).isEmpty();
        assertThat(ingress.count("backupmx.ingress.messages", "outcome", "refused", "reason", "bare_line_end"))
                .isOne();
    }

    @Test
    void contentWithBareLineEndsIsNormalizedWhenAskedFor() {
        ingress.close();
        ingress = new TestIngress(tuning -> tuning.bareLineEnd = BareLineEnd.NORMALIZE);
        ingress.play(TestIngress.UP_TO_DATA + """
                C!: a\\n.\\nb\\rc\\r\\n.\\r\\n
                S: 250 2.0.0 Ok: queued as *
                """);
        assertThat(ingress.spool.only().text()).isEqualTo("a\r\n.\r\nb\r\nc\r\n");
    }

    @Test
    void aLoopingMailIsRefused() {
        ingress.play(TestIngress.UP_TO_DATA + "C!: " + "Received: x\\r\\n".repeat(51) + "\\r\\n.\\r\\n\n" + """
                S: 554 5.4.6 Too many hops, mail is looping
                C: NOOP
                S: 250 2.0.0 Ok
                """);
        assertThat(ingress.spool.mails()).isEmpty();
    }

    @Test
    void aDefectOfOursCostsOneSession() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C: MAIL FROM:<bob@client.example>
                S: 250 2.1.0 Ok
                C: RCPT TO:<defect@example.test>
                S: 421 4.3.0 mx2.example.net Internal error, closing connection
                S: <closed>
                """);
        await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "internal_error") == 1);
        ingress.play("S: 220 *\nC: NOOP\nS: 250 *\n");
    }
}
