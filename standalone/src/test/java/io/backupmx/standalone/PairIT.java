package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ingress and worker as processes of their own, with a broker between them that comes and goes. */
class PairIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String AWAY = "the broker does not answer";

    private static BrokerProcess broker;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startBroker(@TempDir Path data) {
        broker = BrokerProcess.start(data.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private ServiceProcess worker(int primaryPort) {
        return ServiceProcess.worker(directory.resolve("worker"), broker.url()).backingUp("example.test", primaryPort);
    }

    private ServiceProcess ingress(int primaryPort) {
        return ServiceProcess.ingress(directory.resolve("ingress"), broker.url())
                .backingUp("example.test", primaryPort);
    }

    private static String send(ServiceProcess ingress) {
        return Sender.send(ingress.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
    }

    @Test
    void mailGoesFromTheOneToTheOther() {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                ServiceProcess worker = worker(primary.port()).ready();
                ServiceProcess ingress = ingress(primary.port()).ready()) {

            String id = send(ingress);

            primary.awaitMails(1, PATIENCE);
            worker.awaitOutput("queue_id=" + id + " .* delivered", PATIENCE);
            assertThat(ingress.output()).containsPattern("queue_id=" + id + " .* received");
            assertThat(worker.metric("backupmx_spool_messages", "queue=\"failed\""))
                    .isZero();
            assertThat(ingress.metric("backupmx_ingress_messages_total", "outcome=\"accepted\""))
                    .isOne();
            assertThat(worker.cli("mailq").succeeded().out()).isEqualTo(Instance.EMPTY);
            for (ServiceProcess service : List.of(ingress, worker)) {
                assertThat(service.get("/livez")).isEqualTo("ok\n");
                assertThat(service.terminate()).as(service.output()).isEqualTo(128 + 15);
                assertThat(service.output()).doesNotContain("left behind").contains("part=event-loops");
            }
        }
    }

    @Test
    void bothStartWithoutTheBrokerAndWaitForIt() {
        try (ScriptedPrimary primary = ScriptedPrimary.started()) {
            broker.kill();
            try (ServiceProcess worker = worker(primary.port()).started();
                    ServiceProcess ingress = ingress(primary.port()).started()) {
                for (ServiceProcess service : List.of(ingress, worker)) {
                    assertThat(service.output()).contains(broker.url() + " (does not answer yet)");
                    service.awaitNotReady(AWAY, PATIENCE);
                    assertThat(service.get("/livez")).isEqualTo("ok\n");
                }
                assertThat(refusal(ingress)).isEqualTo(451);

                broker.restart();

                worker.awaitReady(PATIENCE);
                ingress.awaitReady(PATIENCE);
                send(ingress);
                primary.awaitMails(1, PATIENCE);
            }
        }
    }

    @Test
    void bothSurviveTheBrokersDeathAndItsSilenceAndStopWithoutIt() {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                ServiceProcess worker = worker(primary.port()).ready();
                ServiceProcess ingress = ingress(primary.port()).ready()) {
            broker.kill();
            worker.awaitNotReady(AWAY, PATIENCE);
            ingress.awaitNotReady(AWAY, PATIENCE);
            broker.restart();
            worker.awaitReady(PATIENCE);
            ingress.awaitReady(PATIENCE);
            send(ingress);
            primary.awaitMails(1, PATIENCE);

            broker.freeze();
            worker.awaitNotReady(AWAY, PATIENCE);
            ingress.awaitNotReady(AWAY, PATIENCE);
            broker.thaw();
            worker.awaitReady(PATIENCE);
            ingress.awaitReady(PATIENCE);
            send(ingress);
            primary.awaitMails(2, PATIENCE);

            broker.freeze();
            try {
                worker.awaitNotReady(AWAY, PATIENCE);
                for (ServiceProcess service : List.of(ingress, worker)) {
                    assertThat(service.terminate()).as(service.output()).isEqualTo(128 + 15);
                    assertThat(service.output()).doesNotContain("left behind").contains("part=event-loops");
                }
            } finally {
                broker.thaw();
            }
        }
    }

    /** The harness' own promises: a worker is killed, frozen and thawed, and its mail goes on with its next life. */
    @Test
    void workerIsKilledFrozenAndThawed() {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                ServiceProcess worker = worker(primary.port()).ready();
                ServiceProcess ingress = ingress(primary.port()).ready()) {
            worker.freeze();
            send(ingress);
            worker.thaw();
            primary.awaitMails(1, PATIENCE);

            worker.kill();
            assertThat(worker.isAlive()).isFalse();
            send(ingress);
            worker.ready();
            primary.awaitMails(2, PATIENCE);
            assertThat(worker.log()).containsPattern("(?s)is running.*is running");
        }
    }

    private static int refusal(ServiceProcess ingress) {
        ScriptedSmtpClient client = ScriptedSmtpClient.to(ingress.smtpPort());
        try {
            SendOutcome outcome = client.sendMail(
                    Sender.FROM,
                    List.of("alice@example.test"),
                    MailCorpus.ordinary().octets());
            return switch (outcome) {
                case SendOutcome.Refused(var reply) -> reply.code();
                case SendOutcome.Accepted _, SendOutcome.Unknown _ -> throw new AssertionError(outcome);
            };
        } finally {
            client.close();
        }
    }
}
