package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail that waits for a route is deleted and given up in bulk; what is not meant is delivered when the route goes on. */
class GivenUpIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final byte[] MAIL = MailCorpus.ordinary().octets();

    @TempDir
    private Path directory;

    @Test
    void waitingMailOfARouteIsDeletedAndFailed() {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                Instance instance = new Instance(directory.resolve("data"))
                        .backingUp("one.test", primary.port())
                        .backingUp("two.test", primary.port())
                        .set("retry.delays=[1h]", "reports.failures=quarantine")
                        .started()) {
            String route = "smtp:[127.0.0.1]:" + primary.port();
            primary.play(Script.acceptAll().on(Phase.RCPT, address("later@one.test"), say("450 4.2.1 Mailbox busy")));
            String deferred = Sender.send(instance.smtpPort(), MAIL, "later@one.test");
            Instance.await(
                    SOON,
                    () -> assertThat(instance.queue())
                            .singleElement()
                            .satisfies(mail -> assertThat(mail.has("due_time")).isTrue()));
            instance.cli("route", "hold", route).succeeded();
            instance.cli("flush").succeeded(); // the mail that is due next is in the worker's hands until then
            Instance.await(
                    SOON,
                    () -> assertThat(instance.queue())
                            .singleElement()
                            .satisfies(mail -> assertThat(mail.has("due_time")).isFalse()));
            String waiting = Sender.send(instance.smtpPort(), MAIL, "bob@one.test");
            String deleted = Sender.send(instance.smtpPort(), MAIL, "carol@two.test");
            String both = Sender.send(instance.smtpPort(), MAIL, "dave@one.test", "eve@two.test");

            assertThat(instance.cli("delete", "--route", route, "--domain", "two.test")
                            .out())
                    .isEqualTo("would delete 1 mail of " + route + "; nothing is done without --yes\n");
            assertThat(ids(instance, "deferred")).containsExactlyInAnyOrder(deferred, waiting, deleted, both);
            assertThat(instance.cli("delete", "--route", route, "--domain", "two.test", "--yes")
                            .succeeded()
                            .out())
                    .isEqualTo("deleted 1 mail of " + route + "\n");
            assertThat(instance.output())
                    .containsPattern("queue_id=" + deleted + " .*to=<carol@two.test> .*by=admin .*deleted");
            assertThat(instance.cli("fail", "--domain", "one.test", "--yes")
                            .succeeded()
                            .out())
                    .isEqualTo("failed 2 mails\n");

            Instance.await(
                    SOON,
                    () -> assertThat(instance.metric("backupmx_reports_total", "outcome=\"quarantined\""))
                            .isEqualTo(2));
            assertThat(ids(instance, "hold")).containsExactlyInAnyOrder(deferred, waiting);
            assertThat(instance.output())
                    .containsPattern("queue_id=" + waiting + " .*by=admin reason=\"given up by an operator\" failed")
                    .containsPattern(
                            "queue_id=" + deferred
                                    + " .*by=admin reason=\"given up by an operator: host .* said: 450 4.2.1 Mailbox busy\" failed");

            instance.cli("route", "release", route).succeeded();
            assertThat(primary.awaitMails(1, SOON).getFirst().recipients())
                    .containsExactly("dave@one.test", "eve@two.test");
            Instance.await(SOON, () -> assertThat(ids(instance, "deferred")).isEmpty());
            assertThat(instance.output()).doesNotContain("ERROR", "Exception");
        }
    }

    private static List<String> ids(Instance instance, String queue) {
        return instance.queue().stream()
                .filter(mail -> mail.path("queue_name").asText().equals(queue))
                .map((JsonNode mail) -> mail.path("queue_id").asText())
                .toList();
    }
}
