package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.Failures;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.delivery.OutcomeRow.Section;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.angus.mail.dsn.DeliveryStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/outcomes.md, what fails: the report to the sender, with {@code reports.failures: bounce}, as Angus Mail reads it. */
class ReportsByClassIT {

    private static final String SENDERS_MX = "127.0.2.1";
    private static final Pattern DATE = Pattern.compile("\\w{3}, \\d+ \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d \\+0000");

    /** What a host said, as mailq has it and we pass it on. */
    private static final Pattern SAID = Pattern.compile("(?:.*: )?host HOST said: (.*)");

    /** All reports come at once to a host that has not answered yet: those for which there is no place wait that long. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    @TempDir
    private static Path directory;

    private static PlayedRows played;
    private static ScriptedPrimary sendersMx;

    @BeforeAll
    static void sendOneMailToEach() {
        played = new PlayedRows(directory, OutcomeRow::hasFailed, 20, AGAIN, Failures.BOUNCE);
        played.dns().mx("client.example", 10, "mx.client.example").address("mx.client.example", SENDERS_MX);
        sendersMx = ScriptedPrimary.on(SENDERS_MX, played.mxPort());
        sendersMx.start();
        played.rows().forEach(row -> row.store(played.rig().spool(), row.mail(row.tested())));
    }

    @AfterAll
    static void end() {
        played.close();
        sendersMx.close();
    }

    static Stream<PlayedRow> rows() {
        return played.rows().stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theSenderIsToldWhatTheRowSays(PlayedRow row) throws MessagingException, IOException {
        await().atMost(LONG).until(() -> sendersMx.mails().stream().anyMatch(mail -> isAbout(row, mail)));
        ReceivedMail received = sendersMx.mails().stream()
                .filter(mail -> isAbout(row, mail))
                .findFirst()
                .orElseThrow();
        assertThat(received.sender()).isEmpty();
        assertThat(received.recipients()).containsExactly("sender@client.example");
        MimeMessage report =
                new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(received.content()));
        assertThat(report.getHeader("From")).containsExactly("Mail Delivery System <MAILER-DAEMON@backup.example>");
        assertThat(report.getHeader("To")).containsExactly("<sender@client.example>");
        assertThat(report.getHeader("Subject")).containsExactly("Undelivered Mail Returned to Sender");
        assertThat(report.getContentType()).startsWith("multipart/report").contains("report-type=delivery-status");
        MimeMultipart parts = new MimeMultipart(report.getDataHandler().getDataSource());
        assertThat(parts.getCount()).isEqualTo(3);
        assertThat(unfolded((String) parts.getBodyPart(0).getContent()))
                .contains("<" + row.tested() + ">")
                .containsPattern(row.row().whyPattern().pattern().replace("HOST", "\\E\\S+\\Q"));
        assertThat(parts.getBodyPart(1).isMimeType("message/delivery-status")).isTrue();
        byte[] status = parts.getBodyPart(1).getInputStream().readAllBytes();
        assertThat(new DeliveryStatus(new ByteArrayInputStream(status)).getRecipientDSNCount())
                .isOne();
        assertThat(DATE.matcher(unfolded(new String(status, US_ASCII))).replaceAll("DATE"))
                .isEqualTo(status(row));
        assertThat(new String(parts.getBodyPart(2).getInputStream().readAllBytes(), US_ASCII))
                .startsWith("Subject: x\r\n");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void nothingIsLeftForAnOperator(PlayedRow row) {
        await().atMost(LONG)
                .until(() -> sendersMx.mailCount() == played.rows().size()
                        && played.rig().spool().taken() == 0);
        assertThat(sendersMx.mails().stream().filter(mail -> isAbout(row, mail)))
                .hasSize(1);
        assertThat(played.rig().spool().failed()).isEmpty();
    }

    private static boolean isAbout(PlayedRow row, ReceivedMail report) {
        return report.text().contains("Final-Recipient: rfc822; " + row.tested() + "\r\n");
    }

    private static String unfolded(String text) {
        return text.replaceAll("\r\n[ \t]+", " ");
    }

    /** RFC 3464: who said what only where a host has said something, and when it was tried only where it was. */
    private static String status(PlayedRow row) {
        Matcher said = SAID.matcher(row.row().why());
        String host = row.row().section() == Section.BY_MX ? "mx." + PlayedRow.domain(row.row()) : "127.0.0.1";
        String remote = said.matches()
                ? "Remote-MTA: dns; " + host + "\r\nDiagnostic-Code: smtp; " + said.group(1) + "\r\n"
                : "";
        return "Reporting-MTA: dns; backup.example\r\n"
                + "Received-From-MTA: smtp; client.example\r\n"
                + "Arrival-Date: DATE\r\n"
                + "\r\n"
                + "Final-Recipient: rfc822; " + row.tested() + "\r\n"
                + "Action: failed\r\n"
                + "Status: " + row.row().status().orElseThrow() + "\r\n"
                + remote
                + (row.row().why().startsWith("given up after") ? "" : "Last-Attempt-Date: DATE\r\n")
                + "\r\n";
    }
}
