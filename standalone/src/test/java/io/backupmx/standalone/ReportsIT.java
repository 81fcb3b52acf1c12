package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.FakeDns;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Delivery reports of the product as it comes: senders that SPF answers for are told, nobody else is. */
class ReportsIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String MAIL = "From: Carol <carol@client.example>\r\nSubject: Lost and found\r\n\r\nText\r\n";

    @TempDir
    private Path directory;

    @Test
    void whoIsToldWhat() throws IOException {
        int mxPort = Ports.free();
        try (FakeDns dns = FakeDns.started();
                ScriptedPrimary primary = ScriptedPrimary.started();
                ScriptedPrimary sendersMx = ScriptedPrimary.on("127.0.0.2", mxPort)) {
            sendersMx.start();
            primary.play(Script.acceptAll()
                    .on(Phase.RCPT, address("nobody@example.test"), say("550 5.1.1 No such user here")));
            for (String domain : List.of("client.example", "forged.example")) {
                dns.mx(domain, 10, "mx.client.example");
            }
            dns.address("mx.client.example", "127.0.0.2")
                    .text("client.example", "v=spf1 ip4:127.0.0.1 -all")
                    .text("forged.example", "v=spf1 ip4:192.0.2.1 -all");
            try (Instance instance = new Instance(directory.resolve("data"))
                    .backingUp("example.test", primary.port())
                    .set(
                            "hostname=backup.example",
                            "dns.servers=[" + dns.address() + "]",
                            "mx.port=" + mxPort,
                            "reports.failures=auto")
                    .started()) {

                aFailure(instance, sendersMx);
                String forged = send(instance, "eve@forged.example", "", "nobody@example.test", "");
                String fromNobody = send(instance, "", "", "nobody@example.test", "");
                Instance.await(SOON, () -> assertThat(failed(instance)).containsExactly(forged, fromNobody));
                aHandover(instance, sendersMx);
                assertThat(sendersMx.mailCount()).isEqualTo(2);
                assertThat(instance.metric("backupmx_reports_total", "outcome=\"not_authentic\""))
                        .isOne();
                assertThat(instance.metric("backupmx_reports_total", "outcome=\"null_sender\""))
                        .isOne();
                assertThat(instance.metric("backupmx_reports_total", "outcome=\"sent\""))
                        .isEqualTo(2);

                byHand(instance, sendersMx, forged, fromNobody);
                assertThat(instance.output()).doesNotContain("ERROR", "Exception");
            }
            assertThat(sendersMx.violations()).isEmpty();
        }
    }

    private static void aFailure(Instance instance, ScriptedPrimary sendersMx) throws IOException {
        String id = send(
                instance,
                "carol@client.example",
                " RET=HDRS ENVID=QQ314159",
                "nobody@example.test",
                " NOTIFY=FAILURE ORCPT=rfc822;nobody@example.test");

        ReceivedMail report = sendersMx.awaitMails(1, SOON).getFirst();
        assertThat(report.sender()).isEmpty();
        assertThat(report.recipients()).containsExactly("carol@client.example");
        assertThat(report.text())
                .contains(
                        "Reporting-MTA: dns; backup.example",
                        "Original-Envelope-Id: QQ314159",
                        "Original-Recipient: rfc822; nobody@example.test",
                        "Final-Recipient: rfc822; nobody@example.test",
                        "Action: failed",
                        "Status: 5.1.1",
                        "Diagnostic-Code: smtp; 550 5.1.1 No such user here",
                        "Content-Type: text/rfc822-headers",
                        "Subject: Lost and found",
                        "Auto-Submitted: auto-replied");
        Instance.await(SOON, () -> assertThat(instance.queue()).isEmpty());
        assertThat(instance.output()).containsPattern("queue_id=" + id + " report_id=\\w{16} kind=failed .*reported");
    }

    private static void aHandover(Instance instance, ScriptedPrimary sendersMx) throws IOException {
        send(instance, "carol@client.example", "", "bob@example.test", " NOTIFY=SUCCESS");
        assertThat(sendersMx.awaitMails(2, SOON).get(1).text()).contains("Action: relayed", "Status: 2.0.0");
    }

    private static void byHand(Instance instance, ScriptedPrimary sendersMx, String forged, String fromNobody) {
        assertThat(instance.cli("bounce", forged + "!").succeeded().out()).isEqualTo("to be reported: 1 mail\n");
        assertThat(sendersMx.awaitMails(3, SOON).get(2).recipients()).containsExactly("eve@forged.example");
        Instance.await(SOON, () -> assertThat(failed(instance)).containsExactly(fromNobody));
    }

    /** Queue ids, sorted, which is by arrival. */
    private static List<String> failed(Instance instance) {
        return instance.queue().stream()
                .filter(mail -> mail.path("queue_name").asText().equals("hold"))
                .map(mail -> mail.path("queue_id").asText())
                .sorted()
                .toList();
    }

    private static String send(Instance instance, String from, String fromOptions, String to, String toOptions)
            throws IOException {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(instance.smtpPort())) {
            client.connect();
            client.hello("client.example");
            assertThat(client.command("MAIL FROM:<" + from + ">" + fromOptions).isPositive())
                    .isTrue();
            assertThat(client.command("RCPT TO:<" + to + ">" + toOptions).isPositive())
                    .isTrue();
            assertThat(client.command("DATA").text()).startsWith("354");
            client.sendContent(MAIL.getBytes(StandardCharsets.US_ASCII));
            client.sendFinalDot();
            String reply = client.readReply().text();
            assertThat(reply).startsWith("250 2.0.0 Ok: queued as ");
            return reply.substring(reply.lastIndexOf(' ') + 1);
        }
    }
}
