package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Conversation;
import io.backupmx.testing.Ports;
import io.vertx.core.Future;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stopping: nobody new, 421 for the idle, time for those who have begun a content. */
class StopIT {

    private final TestIngress ingress = new TestIngress(tuning -> tuning.stopGrace = Duration.ofSeconds(3));

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void idleSessionsAreTold() {
        try (Conversation fresh = ingress.open();
                Conversation within = ingress.open()) {
            fresh.play("S: 220 *\n");
            within.play("S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n");
            Future<Void> stopped = ingress.stop();
            fresh.play("S: 421 4.3.2 mx2.example.net Service shutting down, try again later\nS: <closed>\n");
            within.play("S: 421 4.3.2 *\nS: <closed>\n");
            fresh.close();
            within.close();
            TestIngress.get(stopped);
        }
        assertThatThrownBy(ingress::open).hasMessageContaining("cannot connect");
    }

    @Test
    void aContentBegunMayBeFinishedAndIsStored() {
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + "C!: first half, \nS: <silence 100>\n");
            Future<Void> stopped = ingress.stop();
            await().until(() -> !Ports.accepts(ingress.port()));
            ingress.spool.hold();
            client.play("C!+: second half\\r\\n.\\r\\n\nC: MAIL FROM:<>\nS: <silence 100>\n");
            assertThat(stopped.isComplete()).isFalse();
            ingress.spool.release();
            client.play("S: 250 2.0.0 Ok: queued as *\nS: 421 4.3.2 *\nS: <closed>\n");
            client.close();
            TestIngress.get(stopped);
        }
        assertThat(ingress.spool.only().text()).isEqualTo("first half, second half\r\n");
    }

    @Test
    void aMailBeingStoredIsAnsweredEvenAfterTheGrace() {
        try (TestIngress impatient = new TestIngress(tuning -> tuning.stopGrace = Duration.ZERO);
                Conversation half = impatient.open();
                Conversation whole = impatient.open()) {
            impatient.spool.hold();
            half.play(TestIngress.UP_TO_DATA);
            whole.play(TestIngress.UP_TO_DATA + "C!: a mail\\r\\n.\\r\\n\n");
            await().until(() -> impatient.spool.heldStores() == 1);
            Future<Void> stopped = impatient.stop();
            half.play("S: <closed>\n"); // so the grace is over
            whole.play("S: <silence 500>\n");
            assertThat(stopped.isComplete()).isFalse();
            impatient.spool.release();
            whole.play("S: 250 2.0.0 Ok: queued as *\nS: 421 4.3.2 *\nS: <closed>\n");
            whole.close();
            TestIngress.get(stopped);
        }
    }

    @Test
    void whoDoesNotFinishInTimeIsClosed() {
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + "C!: half a mail\\r\\n\nS: <silence 100>\n");
            Future<Void> stopped = ingress.stop();
            client.play("S: <silence 500>\nS: <closed>\n");
            TestIngress.get(stopped);
        }
        assertThat(ingress.spool.mails()).isEmpty();
    }
}
