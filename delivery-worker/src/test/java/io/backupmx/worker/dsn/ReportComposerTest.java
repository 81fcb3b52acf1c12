package io.backupmx.worker.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Mailbox;
import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.eclipse.angus.mail.dsn.DeliveryStatus;
import org.junit.jupiter.api.Test;

/** What mime4j wrote, as Angus Mail reads it. */
class ReportComposerTest {

    private static final QueueId ID = new QueueId("ZZZZZZZZZZZZZZZZ");
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final String CONTENT = "From: Alice <alice@client.example>\r\nSubject: Hello\r\n\r\nThe text.\r\n";

    /** What it is about, and how it was read. */
    private record Read(MimeMessage message, List<BodyPart> parts, DeliveryStatus status, String text) {

        String ofMail(String name) {
            return one(status.getMessageDSN(), name);
        }

        String ofRecipient(int index, String name) {
            return one(status.getRecipientDSN(index), name);
        }

        private static String one(InternetHeaders headers, String name) {
            String value = headers.getHeader(name, null);
            return value == null ? "" : value;
        }

        String returned() throws Exception {
            return new String(parts.get(2).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Read compose(Action action, Envelope about, boolean full, String content) throws Exception {
        Report report = new Report(
                action,
                about,
                Mailbox.of(about.from().address()),
                NOW,
                Optional.of(NOW.minusSeconds(5)),
                action == Action.DELAYED ? Optional.of(NOW.plus(Duration.ofDays(5))) : Optional.empty());
        byte[] octets =
                new ReportComposer(Samples.HOSTNAME).compose(report, ID, Returned.of(Samples.content(content), full));
        String wire = new String(octets, StandardCharsets.UTF_8);
        assertThat(wire.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(wire.lines().mapToInt(line -> line.getBytes(StandardCharsets.UTF_8).length))
                .allMatch(length -> length <= 998);
        MimeMessage message = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(octets));
        MimeMultipart multipart = new MimeMultipart(message.getDataHandler().getDataSource());
        List<BodyPart> parts = List.of(multipart.getBodyPart(0), multipart.getBodyPart(1), multipart.getBodyPart(2));
        assertThat(multipart.getCount()).isEqualTo(3);
        return new Read(message, parts, new DeliveryStatus(parts.get(1).getInputStream()), wire);
    }

    @Test
    void aFailureSaysWhoAndWhyInAllItsFields() throws Exception {
        Recipient plain = Samples.recipient("bob@example.test");
        Recipient named = new Recipient(
                plain.path(), Optional.of("rfc822;bob+2Bbox@old.example"), Optional.of("FAILURE"), plain.lastReply());
        Envelope about = Samples.from(
                "alice@client.example",
                Optional.of("QQ+2B314"),
                Optional.of("HDRS"),
                named,
                Samples.recipient("eve@example.test", "given up after 30d: connect to mx: Connection refused"));

        Read read = compose(Action.FAILED, about, false, CONTENT);

        assertThat(read.message().getContentType())
                .startsWith("multipart/report")
                .contains("report-type=delivery-status");
        assertThat(read.message().getHeader("From"))
                .containsExactly("Mail Delivery System <MAILER-DAEMON@backup.example>");
        assertThat(read.message().getHeader("To")).containsExactly("<alice@client.example>");
        assertThat(read.message().getHeader("Auto-Submitted")).containsExactly("auto-replied");
        assertThat(read.message().getHeader("Message-ID")).containsExactly("<ZZZZZZZZZZZZZZZZ@backup.example>");
        assertThat(read.message().getHeader("MIME-Version")).containsExactly("1.0");
        assertThat(read.message().getSentDate().toInstant()).isEqualTo(NOW);
        assertThat(read.parts().get(0).isMimeType("text/plain")).isTrue();
        assertThat(read.parts().get(1).isMimeType("message/delivery-status")).isTrue();
        assertThat(read.parts().get(2).isMimeType("text/rfc822-headers")).isTrue();

        assertThat(read.ofMail("Reporting-MTA")).isEqualTo("dns; backup.example");
        assertThat(read.ofMail("Original-Envelope-Id")).isEqualTo("QQ+314");
        assertThat(read.ofMail("Arrival-Date")).isEqualTo("Sun, 1 Mar 2026 08:15:30 +0000");
        assertThat(read.status().getRecipientDSNCount()).isEqualTo(2);
        assertThat(read.ofRecipient(0, "Original-Recipient")).isEqualTo("rfc822; bob+box@old.example");
        assertThat(read.ofRecipient(0, "Final-Recipient")).isEqualTo("rfc822; bob@example.test");
        assertThat(read.ofRecipient(0, "Action")).isEqualTo("failed");
        assertThat(read.ofRecipient(0, "Status")).isEqualTo("5.1.1");
        assertThat(read.ofRecipient(0, "Remote-MTA")).isEqualTo("dns; mx.example.test");
        assertThat(read.ofRecipient(0, "Diagnostic-Code")).isEqualTo("smtp; 550 5.1.1 No such user");
        assertThat(read.ofRecipient(0, "Last-Attempt-Date")).isEqualTo("Mon, 2 Mar 2026 09:59:55 +0000");
        assertThat(read.ofRecipient(1, "Status")).isEqualTo("4.4.7");
        assertThat(read.ofRecipient(1, "Original-Recipient")).isEmpty();
        assertThat(read.ofRecipient(1, "Diagnostic-Code")).isEmpty();
        assertThat(read.ofRecipient(1, "Will-Retry-Until")).isEmpty();
        assertThat(read.returned()).isEqualTo("From: Alice <alice@client.example>\r\nSubject: Hello\r\n");
        assertThat((String) read.parts().get(0).getContent())
                .contains("<bob@example.test>", "550 5.1.1 No such user", "backup.example");
    }

    @Test
    void theWholeMailComesBackToWhoAskedForIt() throws Exception {
        Read read = compose(
                Action.FAILED,
                Samples.from("alice@client.example", Samples.recipient("b@example.test")),
                true,
                CONTENT);
        assertThat(read.parts().get(2).isMimeType("message/rfc822")).isTrue();
        assertThat(read.returned()).isEqualTo(CONTENT);
    }

    @Test
    void aDelayAndAHandoverSaySo() throws Exception {
        Envelope about = Samples.from(
                "alice@client.example",
                Samples.recipient("b@example.test", "host mx[192.0.2.9]:25 said: 451 4.3.0 Later"));
        Read delayed = compose(Action.DELAYED, about, false, CONTENT);
        assertThat(delayed.ofRecipient(0, "Action")).isEqualTo("delayed");
        assertThat(delayed.ofRecipient(0, "Status")).isEqualTo("4.3.0");
        assertThat(delayed.ofRecipient(0, "Will-Retry-Until")).isEqualTo("Sat, 7 Mar 2026 10:00:00 +0000");

        Read relayed = compose(
                Action.RELAYED,
                Samples.from("alice@client.example", Samples.recipient("b@example.test", "host mx said: 250 2.0.0 Ok")),
                false,
                CONTENT);
        assertThat(relayed.ofRecipient(0, "Action")).isEqualTo("relayed");
        assertThat(relayed.ofRecipient(0, "Status")).isEqualTo("2.0.0");
    }

    /** RFC 6533: in its own types for whom it can be sent so, and in nothing but ASCII to all others. */
    @Test
    void addressesBeyondAsciiAreWrittenAsTheSenderCanReadThem() throws Exception {
        Recipient umlaut = Samples.recipient("b\u00fcro@example.test");
        Read own = compose(
                Action.FAILED, Samples.from("\u00e4nne@client.example", umlaut), true, "Subject: \u00fc\r\n\r\nx\r\n");
        assertThat(own.parts().get(1).isMimeType("message/global-delivery-status"))
                .isTrue();
        assertThat(own.parts().get(2).isMimeType("message/global")).isTrue();
        assertThat(own.text())
                .contains("To: <\u00e4nne@client.example>", "Final-Recipient: utf-8; b\u00fcro@example.test");

        Envelope ascii = Samples.from("alice@client.example", umlaut);
        Read plain = compose(
                Action.FAILED,
                new Envelope(
                        ascii.queueId(),
                        ascii.arrival(),
                        ascii.from(),
                        ascii.recipients(),
                        ascii.body(),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        0),
                false,
                "Subject: \u00fc\r\n\r\nx\r\n");
        assertThat(plain.text().chars()).allMatch(c -> c < 128);
        assertThat(plain.parts().get(1).isMimeType("message/delivery-status")).isTrue();
        assertThat(plain.ofRecipient(0, "Final-Recipient")).isEqualTo("utf-8; b\\x{FC}ro@example.test");
        assertThat(plain.parts().get(2).isMimeType("message/global-headers")).isTrue();
        assertThat(plain.parts().get(2).getHeader("Content-Transfer-Encoding")).containsExactly("base64");
        // Angus Mail leaves an encoded message part as it is.
        assertThat(new String(Base64.getMimeDecoder().decode(plain.returned()), StandardCharsets.UTF_8))
                .isEqualTo("Subject: \u00fc\r\n");
    }

    /** Whatever a host said, or a client: it forges no field, and no line is too long. */
    @Test
    void whatOthersSaidCannotBreakOut() throws Exception {
        Recipient evil = new Recipient(
                Samples.recipient("b@example.test").path(),
                Optional.of("rfc822;x+0D+0AAction:+20delivered"),
                Optional.empty(),
                Optional.of("host mx said: 550 5.1.1 no\r\nAction: delivered\u0000\u00fc" + "x".repeat(1200)));
        Read read = compose(
                Action.FAILED,
                Samples.from("alice@client.example", Optional.of("a+0D+0AX:+20y"), Optional.empty(), evil),
                false,
                CONTENT);
        assertThat(read.status().getRecipientDSN(0).getHeader("Action")).containsExactly("failed");
        assertThat(read.ofMail("X")).isEmpty();
        assertThat(read.ofMail("Original-Envelope-Id")).isEqualTo("a??X: y");
    }
}
