package io.backupmx.ingress.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HandshakesTest {

    private final Handshakes handshakes = new Handshakes(1, 2);
    private final HandshakeTasks first = handshakes.ofOneConnection();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger computed = new AtomicInteger();

    /** The only thread there is. */
    @BeforeEach
    void occupy() throws InterruptedException {
        first.execute(() -> {
            begun.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        begun.await();
    }

    @AfterEach
    void close() {
        end.countDown();
        handshakes.close();
    }

    @Test
    void nothingIsComputedForWhoIsGone() {
        HandshakeTasks gone = handshakes.ofOneConnection();
        gone.execute(computed::incrementAndGet);
        assertThat(gone.abandon()).as("nothing to wait for").isFalse();
        assertThat(handshakes.waiting()).isZero();
        gone.execute(() -> computed.addAndGet(100));
        HandshakeTasks there = handshakes.ofOneConnection();
        there.execute(() -> computed.addAndGet(10));

        end.countDown();
        await().until(() -> computed.get() > 0);
        assertThat(computed).hasValue(10);
    }

    @Test
    void whatIsBeingComputedIsKnown() {
        assertThat(first.abandon()).isTrue();
        end.countDown();
        await().until(() -> !first.abandon());
    }

    @Test
    void noMoreWaitThanMay() {
        handshakes.ofOneConnection().execute(computed::incrementAndGet);
        HandshakeTasks second = handshakes.ofOneConnection();
        second.execute(computed::incrementAndGet);
        HandshakeTasks third = handshakes.ofOneConnection();
        assertThatThrownBy(() -> third.execute(computed::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class);

        second.abandon();
        third.execute(computed::incrementAndGet);
        end.countDown();
        await().until(() -> computed.get() == 2);
    }
}
