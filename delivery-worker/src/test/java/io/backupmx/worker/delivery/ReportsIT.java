package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.MxConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.spool.ReportKind;
import io.backupmx.testing.FakeDns;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reports, as the worker sends them: to the MX of the sender, whom the configuration lets it tell. */
class ReportsIT {

    private static final Duration BACK_OFF = Duration.ofSeconds(1);

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
        return WorkerRig.bouncing(
                Settings.usual(),
                new MxConfig(List.of(), mxPort, 2, BACK_OFF, BACK_OFF),
                new DnsConfig(List.of(dns.address()), Duration.ofSeconds(1)),
                primary.port());
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
            assertThat(rig.metrics()
                            .get("backupmx.reports")
                            .tag("outcome", "null_sender")
                            .tag("kind", "failed")
                            .counter()
                            .count())
                    .isOne();
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
