package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.delay;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a stop leaves behind: nothing in hand, nothing lost, nothing delivered twice that could be helped. */
class StopIT {

    private final ScriptedPrimary primary = ScriptedPrimary.started();

    @AfterEach
    void stop() {
        primary.close();
    }

    @Test
    void aFinalDotThatWasSentGetsItsAnswer() {
        primary.play(Script.acceptAll().on(Phase.DOT, delay(Duration.ofMillis(700), accept())));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test");
            await().atMost(LONG).until(() -> primary.transactions() == 1);
            rig.worker().close();
            assertThat(primary.mailCount()).isOne();
            assertThat(rig.attempts("delivered")).isOne();
            assertThat(rig.spool().deferred()).isEmpty();
            assertThat(rig.spool().taken()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"CONNECT", "EHLO", "MAIL", "RCPT", "DATA"})
    void whatIsBeforeTheFinalDotAtTheEndOfTheGraceIsGivenBack(Phase phase) {
        primary.play(Script.acceptAll().on(phase, hang()));
        try (WorkerRig rig = rig(Settings.usual().withStopGrace(Duration.ofMillis(500)))) {
            rig.store("a@x.test");
            await().atMost(LONG).until(() -> primary.connections() == 1);
            rig.worker().close();
            assertThat(rig.spool().taken()).isZero();
            assertThat(rig.spool().waiting(rig.route()))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail.envelope().attempts()).isZero());
            assertThat(rig.worker().inFlight()).isEmpty();
        }
    }

    @Test
    void aFinalDotThatIsNotAnsweredWithinTheGraceIsADeferral() {
        primary.play(Script.acceptAll().on(Phase.DOT, hang()));
        try (WorkerRig rig = rig(Settings.usual().withStopGrace(Duration.ofMillis(500)))) {
            rig.store("a@x.test");
            primary.awaitAttempts(1, LONG);
            rig.worker().close();
            assertThat(rig.spool().taken()).isZero();
            assertThat(rig.spool().deferred()).hasSize(1);
        }
    }

    @Test
    void nothingIsTakenAfterAStop() {
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test");
            primary.awaitMails(1, LONG);
            rig.worker().close();
            rig.store("b@x.test");
            await().during(Duration.ofMillis(300))
                    .atMost(LONG)
                    .until(() -> rig.spool().waiting(rig.route()).size() == 1);
            primary.awaitIdle(LONG);
        }
    }

    @Test
    void aStopOnARouteThatIsDownIsQuick() {
        primary.stop();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test");
            await().atMost(LONG).until(() -> rig.spool().givenBack() > 0);
            long start = System.nanoTime();
            rig.worker().close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        }
    }

    private WorkerRig rig(Settings settings) {
        return new WorkerRig(settings, primary.port());
    }
}
