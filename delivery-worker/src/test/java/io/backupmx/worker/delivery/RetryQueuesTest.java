package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.Route;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryQueuesTest {

    private static final Duration NOW = Duration.ofMinutes(5);
    private static final Duration BEFORE = Duration.ofMinutes(30);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Route ROUTE = WorkerRig.route(25);

    private final InMemorySpool spool = new InMemorySpool();
    private final RetryQueues queues =
            new RetryQueues(spool, spool.admin(), Duration.ofMillis(5), _ -> Optional.empty());

    @AfterEach
    void close() {
        queues.close();
        spool.close();
    }

    @Test
    void aQueueOfADelayThatWasConfiguredBeforeIsServed() {
        defer(BEFORE);
        defer(NOW);
        queues.start(List.of(NOW));
        awaitReturned(2);
    }

    @Test
    void aSpoolThatIsNotThereAtTheStartIsAskedAgain() {
        spool.unavailable(true);
        defer(BEFORE);
        defer(NOW);
        queues.start(List.of(NOW));
        awaitReturned(1);
        assertThat(spool.deferred()).hasSize(1);
        spool.unavailable(false);
        awaitReturned(2);
    }

    @Test
    void aQueueThatComesLaterIsServed() {
        queues.start(List.of(NOW));
        defer(BEFORE);
        awaitReturned(1);
    }

    /** Else each reload with other times would leave a few behind until the next start. */
    @Test
    void aQueueThatIsNotConfiguredAnyMoreIsLeftWhenItIsEmptyAndFoundAgainWhenItIsNot() {
        queues.start(List.of(BEFORE, NOW));
        assertThat(spool.feeds()).isEqualTo(2);
        queues.configure(List.of(NOW));
        await().atMost(LONG).until(() -> spool.feeds() == 1);
        defer(BEFORE);
        defer(NOW);
        awaitReturned(2);
        await().atMost(LONG).until(() -> spool.feeds() == 1);
        queues.configure(List.of(NOW, BEFORE));
        assertThat(spool.feeds()).isEqualTo(2);
    }

    private void defer(Duration delay) {
        spool.storeDeferred(delay, ROUTE, Mails.envelope("a@x.test"), WorkerRig.text("x\r\n"));
    }

    private void awaitReturned(int mails) {
        await().atMost(LONG).until(() -> spool.waiting(ROUTE).size() == mails);
    }
}
