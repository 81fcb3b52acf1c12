package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolException.Kind;
import io.backupmx.spool.SpoolWriter.Room;
import io.backupmx.testing.Conversation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The 250 after the final dot, and everything that may come in its place. */
class StoreIT {

    private static final String CONTENT = "C!: hello\\r\\n.\\r\\n\n";
    private static final String STILL_USABLE = "C: NOOP\nS: 250 2.0.0 Ok\n";

    private final TestIngress ingress = new TestIngress();

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void nothingIsSaidBeforeTheSpoolHasConfirmed() {
        ingress.spool.hold();
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + "C!+: hello\\r\\n.\\r\\n\nC: NOOP\nS: <silence 300>\n");
            assertThat(ingress.spool.heldStores()).isOne();
            assertThat(ingress.gauge("backupmx.ingress.content.heap.bytes")).isEqualTo("hello\r\n".length());
            ingress.spool.release();
            client.play("S: 250 2.0.0 Ok: queued as *\nS: 250 2.0.0 Ok\n");
            assertThat(ingress.gauge("backupmx.ingress.content.heap.bytes")).isZero();
        }
    }

    @Test
    void aFullSpoolIs452() {
        ingress.spool.fail(Kind.FULL);
        ingress.play(TestIngress.UP_TO_DATA + CONTENT + "S: 452 4.3.1 Insufficient system storage, try again later\n"
                + STILL_USABLE);
        assertThat(ingress.count("backupmx.ingress.messages", "outcome", "tempfailed", "reason", "spool_full"))
                .isOne();
    }

    @Test
    void anUnreachableSpoolIs451() {
        ingress.spool.hold();
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + CONTENT);
            await().until(() -> ingress.spool.heldStores() == 1);
            ingress.spool.releaseFailing(new SpoolException(Kind.UNAVAILABLE, "as the test says"));
            client.play("S: 451 4.3.0 Queue unavailable, try again later\n" + STILL_USABLE);
        }
        assertThat(ingress.count("backupmx.ingress.messages", "outcome", "accepted"))
                .isZero();
    }

    @Test
    void aSurpriseOfTheSpoolIs451() {
        ingress.spool.hold();
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + CONTENT);
            await().until(() -> ingress.spool.heldStores() == 1);
            ingress.spool.releaseFailing(new IllegalStateException("as the test says"));
            client.play("S: 451 4.3.0 Queue unavailable, try again later\n" + STILL_USABLE);
        }
        ingress.spool.throwing(new IllegalStateException("as the test says"));
        ingress.play(
                TestIngress.UP_TO_DATA + CONTENT + "S: 451 4.3.0 Queue unavailable, try again later\n" + STILL_USABLE);
    }

    @Test
    void aSpoolWithoutRoomIsSaidBeforeTheContent() {
        ingress.spool.setRoom(Room.FULL);
        ingress.play("S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 452 4.3.1 *\n");
        ingress.spool.setRoom(Room.UNAVAILABLE);
        ingress.play("S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 451 4.3.0 *\n");
    }

    @Test
    void aClientThatGoesWhileItsMailIsStoredHasItStored() {
        ingress.spool.hold();
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + CONTENT);
            await().until(() -> ingress.spool.heldStores() == 1);
            client.play("C: <reset>\n");
        }
        await().until(() -> ingress.gauge("backupmx.ingress.sessions") == 0);
        assertThat(ingress.gauge("backupmx.ingress.content.heap.bytes")).isPositive(); // the spool may still read it
        ingress.spool.release();
        await().until(() -> ingress.count("backupmx.ingress.messages", "outcome", "accepted") == 1);
    }

    @Test
    void aClientThatGoesWithinAContentLeavesNothing() {
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + "C!: half a mail\\r\\n\n");
            await().until(() -> ingress.gauge("backupmx.ingress.content.heap.bytes") > 0);
        }
        ingress.awaitNothingHeld();
        assertThat(ingress.spool.mails()).isEmpty();
    }

    @Test
    void errorsAreForgivenOnceAMailIsTaken() {
        String nineteen = "C: XYZZY\nS: 500 *\n".repeat(19);
        ingress.play("S: 220 *\n" + nineteen
                + TestIngress.UP_TO_DATA.substring(TestIngress.UP_TO_DATA.indexOf('\n') + 1)
                + CONTENT + "S: 250 2.0.0 *\n" + nineteen + STILL_USABLE);
    }
}
