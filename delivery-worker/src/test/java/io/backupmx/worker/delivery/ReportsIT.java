package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.Failures;
import io.backupmx.config.MxConfig;
import io.backupmx.config.ReportsConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.route.RelayTables;
import io.backupmx.spool.ReportKind;
import io.backupmx.testing.FakeDns;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MailDateFormat;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.angus.mail.dsn.DeliveryStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports, as the worker sends them: to the MX of the sender, whom the configuration lets it tell. */
class ReportsIT {

    private static final Duration BACK_OFF = Duration.ofSeconds(1);
    private static final Duration LIFETIME = Duration.ofDays(30);

    @TempDir
    private Path directory;

    private final int mxPort = Ports.free();
    private final FakeDns dns = FakeDns.started();
    private final ScriptedPrimary primary = ScriptedPrimary.started();
    private final ScriptedPrimary sendersMx = ScriptedPrimary.on("127.0.0.2", mxPort);

    ReportsIT() {
        dns.mx("client.example", 10, "mx.client.example").address("mx.client.example", "127.0.0.2");
        sendersMx.start();
    }

    @AfterEach
    void close() {
        primary.close();
        sendersMx.close();
        dns.close();
    }

    private WorkerRig rig() {
        return WorkerRig.bouncing(Settings.usual(), mx(), dns(), primary.port());
    }

    private MxConfig mx() {
        return new MxConfig(List.of(), mxPort, 2, BACK_OFF, BACK_OFF);
    }

    private DnsConfig dns() {
        return new DnsConfig(List.of(dns.address()), Duration.ofSeconds(1));
    }

    private static double counted(WorkerRig rig, String kind, String outcome) {
        return rig.metrics()
                .get("backupmx.reports")
                .tags("kind", kind, "outcome", outcome)
                .counter()
                .count();
    }

    @Test
    void aFailureGoesToTheSendersMxAndLeavesTheFailedQueue() {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("550 5.1.1 No such user")));
        try (WorkerRig rig = rig()) {
            Envelope envelope = rig.store("nobody@example.test");

            ReceivedMail report = sendersMx.awaitMails(1, LONG).getFirst();
            assertThat(report.sender()).isEmpty();
            assertThat(report.recipients()).containsExactly("sender@client.example");
            assertThat(report.text())
                    .contains(
                            "Final-Recipient: rfc822; nobody@example.test",
                            "Diagnostic-Code: smtp; 550 5.1.1 No such user",
                            "Action: failed");
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.spool().failed()).isEmpty();
            assertThat(report.text()).doesNotContain(envelope.queueId().value());
        }
    }

    @Test
    void oneFromNobodyStays() {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("550 5.1.1 No such user")));
        try (WorkerRig rig = rig()) {
            rig.store(Mails.from("", "nobody@example.test"));

            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            assertThat(counted(rig, "failed", "null_sender")).isOne();
            assertThat(sendersMx.transactions()).isZero();
        }
    }

    /** RFC 3461 §5.2.2. */
    @Test
    void aPrimaryThatDoesNotReportHasUsTellThatItHasTheMail() {
        try (WorkerRig rig = rig()) {
            rig.store(Mails.withReports(
                    Mails.envelope("bob@example.test"), "HDRS", "id-1", "SUCCESS", "rfc822;bob@example.test"));

            assertThat(sendersMx.awaitMails(1, LONG).getFirst().text())
                    .contains("Action: relayed", "Original-Envelope-Id: id-1", "Status: 2.0.0");
            assertThat(primary.mailCount()).isOne();
        }
    }

    @Test
    void oneThatDoesIsLeftToIt() {
        primary.play(Script.acceptAll().offering("DSN", "ENHANCEDSTATUSCODES"));
        try (WorkerRig rig = rig()) {
            rig.store(Mails.withReports(
                    Mails.envelope("bob@example.test"), "HDRS", "id-1", "SUCCESS", "rfc822;bob@example.test"));

            primary.awaitMails(1, LONG);
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.metrics().get("backupmx.reports").counters())
                    .allSatisfy(counter -> assertThat(counter.count()).isZero());
        }
    }

    /** RFC 3464 §2.3. Of younger mail nothing is told yet. */
    @Test
    void aDelayIsToldOnceHoweverOftenTheMailIsDeferred() throws Exception {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("450 4.2.1 Busy")));
        Instant before = Instant.now();
        Envelope young = Mails.envelope("young@example.test");
        Envelope old = Mails.envelope(before.minus(Duration.ofHours(5)), "old@example.test");
        try (WorkerRig rig = WorkerRig.reporting(
                Settings.usual().withRetries(Duration.ofSeconds(1), LIFETIME),
                new ReportsConfig(Failures.BOUNCE, Optional.of(Duration.ofHours(4)), 100, 20),
                mx(),
                dns(),
                primary.port())) {
            rig.store(young);
            rig.store(old);

            ReceivedMail report = sendersMx.awaitMails(1, LONG).getFirst();
            assertThat(report.sender()).isEmpty();
            assertThat(report.recipients()).containsExactly("sender@client.example");
            InternetHeaders about = onlyRecipient(report);
            assertThat(about.getHeader("Final-Recipient")).containsExactly("rfc822; old@example.test");
            assertThat(about.getHeader("Action")).containsExactly("delayed");
            assertThat(about.getHeader("Status")).containsExactly("4.2.1");
            assertThat(about.getHeader("Remote-MTA")).containsExactly("dns; 127.0.0.1");
            assertThat(about.getHeader("Diagnostic-Code")).containsExactly("smtp; 450 4.2.1 Busy");
            assertThat(date(about, "Last-Attempt-Date"))
                    .isBetween(before.truncatedTo(ChronoUnit.SECONDS), Instant.now());
            assertThat(date(about, "Will-Retry-Until"))
                    .isEqualTo(old.arrival().at().plus(LIFETIME).truncatedTo(ChronoUnit.SECONDS));

            for (Envelope waiting : List.of(young, old)) {
                await().atMost(LONG).until(() -> wasDeferred(rig, waiting, 3));
            }
            rig.store(
                    Mails.envelope(old.arrival().at(), "last@example.test")); // behind what would be told of the others
            List<ReceivedMail> reports = sendersMx.awaitMails(2, LONG);
            assertThat(onlyRecipient(reports.get(1)).getHeader("Final-Recipient"))
                    .containsExactly("rfc822; last@example.test");
            assertThat(reports).hasSize(2);
            assertThat(counted(rig, "delayed", "sent")).isEqualTo(2);
        }
    }

    private static boolean wasDeferred(WorkerRig rig, Envelope mail, int times) {
        return rig.spool().deferred().stream()
                .map(StoredMail::envelope)
                .anyMatch(waiting -> waiting.queueId().equals(mail.queueId()) && waiting.attempts() >= times);
    }

    private static InternetHeaders onlyRecipient(ReceivedMail report) throws Exception {
        MimeMessage message =
                new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(report.content()));
        MimeMultipart parts = new MimeMultipart(message.getDataHandler().getDataSource());
        DeliveryStatus status = new DeliveryStatus(parts.getBodyPart(1).getInputStream());
        assertThat(status.getRecipientDSNCount()).isOne();
        return status.getRecipientDSN(0);
    }

    private static Instant date(InternetHeaders headers, String name) throws Exception {
        return new MailDateFormat().parse(headers.getHeader(name, null)).toInstant();
    }

    /** The route stays, for others. */
    @Test
    void mailOfADomainThatIsOursNoMoreIsTriedWhereItWaitsAndItsRefusalIsAnOperatorsAlone() {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("450 4.2.1 Busy")));
        try (WorkerRig rig = rig()) {
            rig.worker().replace(backingUp("gone.test", "ours.test"));
            rig.store("bob@gone.test");
            rig.store("carol@gone.test");
            rig.store("bob@ours.test");
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 3);

            rig.worker().replace(backingUp("ours.test"));
            primary.play(Script.acceptAll()
                    .on(Phase.RCPT, say("550 5.1.1 No such user"))
                    .on(Phase.RCPT, Moment.address("carol@gone.test"), accept()));
            rig.worker().flush();

            assertThat(primary.awaitMails(1, LONG).getFirst().recipients()).containsExactly("carol@gone.test");
            assertThat(sendersMx.awaitMails(1, LONG).getFirst().text())
                    .contains("Final-Recipient: rfc822; bob@ours.test");
            await().atMost(LONG)
                    .until(() ->
                            rig.spool().taken() == 0 && rig.spool().failed().size() == 1);
            StoredMail failed = rig.spool().failed().getFirst();
            assertThat(failed.route()).isEqualTo(rig.route());
            assertThat(failed.envelope().recipients()).singleElement().satisfies(recipient -> {
                assertThat(recipient.path().address()).isEqualTo("bob@gone.test");
                assertThat(recipient.lastReply().orElseThrow()).endsWith(" said: 550 5.1.1 No such user");
            });
            assertThat(counted(rig, "failed", "quarantined")).isOne();
            assertThat(sendersMx.mailCount()).isOne();
        }
    }

    private RelayTables backingUp(String... domains) {
        return HeldTables.of(
                directory,
                Stream.of(domains)
                        .map(domain -> "  %s: \"127.0.0.1:%d\"\n".formatted(domain, primary.port()))
                        .collect(Collectors.joining("", "domains:\n", "")));
    }

    @Test
    void anOperatorHasItTold() {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("550 5.1.1 No such user")));
        try (WorkerRig rig = rig()) {
            rig.store(Mails.withReports(
                    Mails.envelope("bob@example.test"), "HDRS", "id-1", "NEVER", "rfc822;bob@example.test"));
            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);

            assertThat(rig.spool().admin().bounce(Optional.empty())).isOne();
            rig.worker().toReport(ReportKind.DEMANDED);

            assertThat(sendersMx.awaitMails(1, LONG).getFirst().text()).contains("Action: failed");
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.spool().failed()).isEmpty();
        }
    }
}
