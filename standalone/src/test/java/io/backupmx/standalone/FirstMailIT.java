package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.first;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Conversation;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README promises to whoever tries it first. */
@RunsAlone
class FirstMailIT {

    private static final Duration PROMISED = Duration.ofSeconds(2);
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private final ScriptedPrimary primary = ScriptedPrimary.stopped();

    @AfterEach
    void stop() {
        primary.close();
    }

    private Instance instance() {
        return new Instance(directory.resolve("data")).backingUp("example.test", primary.port());
    }

    @Test
    void mailWaitsWithItsReasonUntilThePrimaryIsThere() {
        try (Instance instance = instance().started()) {
            String id = Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");

            instance.awaitDown(primary.port());
            assertThat(instance.mailq().lines().toList())
                    .hasSize(6)
                    .satisfiesExactly(
                            headings -> assertThat(headings)
                                    .isEqualTo(
                                            "----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------"),
                            mail -> assertThat(mail)
                                    .startsWith(id + " ")
                                    .contains(" " + MailCorpus.ordinary().octets().length + " ")
                                    .endsWith(" " + Sender.FROM),
                            reason -> assertThat(reason.strip())
                                    .matches("\\(route DOWN since \\S+(, next probe \\S+)?:"
                                            + " connect to 127\\.0\\.0\\.1\\[127\\.0\\.0\\.1]:" + primary.port()
                                            + ": Connection refused\\)"),
                            recipient -> assertThat(recipient.strip()).isEqualTo("alice@example.test"),
                            empty -> assertThat(empty).isEmpty(),
                            total -> assertThat(total).isEqualTo("-- 0 Kbytes in 1 Request."));
            primary.start();

            ReceivedMail mail = primary.awaitMails(1, SOON).getFirst();
            assertThat(mail.sender()).isEqualTo(Sender.FROM);
            assertThat(mail.recipients()).containsExactly("alice@example.test");
            assertThat(mail.contentBelowTrace()).isEqualTo(MailCorpus.ordinary().octets());
            assertThat(mail.text()).contains(" id " + id + "\r\n\tfor <alice@example.test>;");
            instance.awaitEmptyQueue(SOON);
            assertThat(instance.mailq()).isEqualTo(Instance.EMPTY);
            assertThat(primary.violations()).isEmpty();
            assertThat(instance.output()).doesNotContain("ERROR", "Exception");
        }
    }

    /** The primary comes back at another moment between two probes each time. */
    @Test
    void firstMailIsThereWithinTwoSecondsOfThePrimarysReturn() {
        List<Duration> times = new ArrayList<>();
        try (Instance instance = instance().started()) {
            for (int i = 0; i < 6; i++) {
                primary.stop();
                primary.forget();
                Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
                instance.awaitDown(primary.port());
                outageLasts(Duration.ofMillis(310L * i));

                long back = System.nanoTime();
                primary.start();
                primary.awaitMails(1, SOON);
                times.add(Duration.ofNanos(System.nanoTime() - back));
            }
        }
        System.Logger log = System.getLogger(FirstMailIT.class.getName());
        log.log(
                System.Logger.Level.INFO,
                "from the primary''s return to the first mail (ms): {0}",
                times.stream().map(Duration::toMillis).toList().toString());
        assertThat(times).allSatisfy(time -> assertThat(time).isLessThanOrEqualTo(PROMISED));
    }

    private static void outageLasts(Duration time) {
        Awaitility.await().pollDelay(time).until(() -> true);
    }

    @Test
    void flushProbesAtOnce() {
        try (Instance instance = instance().set("worker.probe_interval=1h").started()) {
            Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
            instance.awaitDown(primary.port());
            primary.start();

            Product.Ran flush = instance.cli("flush");

            assertThat(flush).isEqualTo(new Product.Ran(0, "trying all waiting mail now\n", ""));
            primary.awaitMails(1, SOON);
            instance.awaitEmptyQueue(SOON);
        }
    }

    @Test
    void flushMakesDeferredMailDue() {
        primary.play(Script.acceptAll().on(Phase.RCPT, first(1), say("451 4.2.0 Not now")));
        primary.start();
        try (Instance instance = instance().set("retry.delays=[1h]").started()) {
            String id = Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
            Instance.await(SOON, () -> assertThat(instance.mailq()).contains(id + " ", "said: 451 4.2.0 Not now)"));

            instance.cli("flush").succeeded();

            primary.awaitMails(1, SOON);
            instance.awaitEmptyQueue(SOON);
        }
    }

    @Test
    void waitingMailOutlivesAnOrderlyStop() {
        try (Instance instance = instance().started();
                Conversation idle = Conversation.open(instance.smtpPort())) {
            String small =
                    Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
            String large = Sender.send(
                    instance.smtpPort(), MailCorpus.ofSize("large", 300_000).octets(), "alice@example.test");
            instance.awaitDown(primary.port());
            idle.play("S: 220 *");

            assertThat(instance.terminate()).as("128 + SIGTERM").isEqualTo(143);

            idle.play("S: 421 4.3.2 *");
            assertThat(instance.output())
                    .contains("part=ingress ", "part=delivery-worker ", "part=broker ", "part=data-directory ")
                    .doesNotContain("ERROR", "Exception", "left behind", "in time", "unsettled");
            assertThat(instance.data().resolve("admin.json")).doesNotExist();
            assertThat(instance.cli("mailq").exitCode()).isEqualTo(1);
            instance.start();
            assertThat(instance.queue())
                    .extracting(mail -> mail.path("queue_id").asText())
                    .containsExactlyInAnyOrder(small, large);
            primary.start();
            assertThat(primary.awaitMails(2, SOON))
                    .extracting(mail -> mail.contentBelowTrace().length)
                    .containsExactlyInAnyOrder(MailCorpus.ordinary().octets().length, 300_000);
            instance.awaitEmptyQueue(SOON);
            assertThat(primary.attempts()).hasSize(2);
        }
    }

    /** README: who stops it while a sender is in the middle of a content neither loses that mail nor waits for ever. */
    @Test
    void contentBegunIsTakenDuringAStop() throws Exception {
        try (Instance instance = instance().started();
                Conversation sender = Conversation.open(instance.smtpPort())) {
            sender.play("""
                    S: 220 *
                    C: EHLO client.example
                    S: 250 *
                    C: MAIL FROM:<carol@client.example>
                    S: 250 *
                    C: RCPT TO:<alice@example.test>
                    S: 250 *
                    C: DATA
                    S: 354 *
                    C: Subject: late
                    """);
            Thread stopping = Thread.ofVirtual().start(instance::terminate);
            Instance.await(
                    SOON, () -> assertThat(Ports.accepts(instance.smtpPort())).isFalse());

            sender.play("""
                    C: .
                    S: 250 2.0.0 Ok: queued as *
                    S: 421 4.3.2 *
                    """);

            assertThat(stopping.join(SOON)).as("stopped").isTrue();
            instance.start();
            primary.start();
            assertThat(primary.awaitMails(1, SOON).getFirst().text()).endsWith("\r\nSubject: late\r\n");
        }
    }

    @Test
    void temporaryFilesOfAKilledInstanceAreRemoved() throws Exception {
        try (Instance instance = instance().started()) {
            instance.kill();
            Path left = Files.writeString(instance.data().resolve("in-flight/content1.spill"), "half a mail");

            instance.start();

            assertThat(left).doesNotExist();
            assertThat(instance.mailq()).isEqualTo(Instance.EMPTY);
        }
    }
}
