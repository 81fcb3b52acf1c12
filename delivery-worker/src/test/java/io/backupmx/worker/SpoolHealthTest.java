package io.backupmx.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.QueueId;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SpoolHealthTest {

    private static final Duration INTERVAL = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final String SILENT = "the broker does not answer";

    private volatile Runnable answer = () -> {};

    @Test
    void spoolThatWasNotAskedYetIsNotWell() {
        try (SpoolHealth health = health()) {
            assertThat(health.awaitAnswer(Duration.ZERO)).isFalse();
            assertThat(health.problem()).contains(SILENT);
        }
    }

    @Test
    void spoolThatAnswersIsWell() {
        try (SpoolHealth health = health()) {
            health.start();

            assertThat(health.awaitAnswer(Duration.ofSeconds(20))).isTrue();
            assertThat(health.problem()).isEmpty();
        }
    }

    @Test
    void spoolThatRefusesIsNotWellUntilItAnswersAgain() {
        try (SpoolHealth health = health()) {
            health.start();
            assertThat(health.awaitAnswer(Duration.ofSeconds(20))).isTrue();

            answer = () -> {
                throw new SpoolException(SpoolException.Kind.UNAVAILABLE, "gone");
            };
            Awaitility.await().until(health::problem, Optional.of(SILENT)::equals);
            answer = () -> {};
            Awaitility.await().until(health::problem, Optional::isEmpty);
        }
    }

    @Test
    void brokerThatDoesNotKnowUsIsNotSilent() {
        answer = () -> {
            throw new SpoolException(SpoolException.Kind.REFUSED, "wrong password");
        };
        try (SpoolHealth health = health()) {
            health.start();

            Awaitility.await().until(health::problem, Optional.of("wrong password")::equals);
        }
    }

    @Test
    void spoolThatHangsIsNotWell() {
        CountDownLatch thawed = new CountDownLatch(1);
        try (SpoolHealth health = health()) {
            health.start();
            assertThat(health.awaitAnswer(Duration.ofSeconds(20))).isTrue();

            answer = () -> awaitUninterruptedly(thawed);
            Awaitility.await().until(health::problem, Optional.of(SILENT)::equals);
            answer = () -> {};
            thawed.countDown();
            Awaitility.await().until(health::problem, Optional::isEmpty);
        }
    }

    private SpoolHealth health() {
        return new SpoolHealth(new Spool(), INTERVAL, PATIENCE);
    }

    private static void awaitUninterruptedly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Holds nothing, and answers as the test says. */
    private final class Spool implements SpoolAdmin {
        @Override
        public BrokerStatus broker() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<QueueDepth> depths() {
            answer.run();
            return List.of();
        }

        @Override
        public List<SpoolQueue> occupied() {
            return List.of();
        }

        @Override
        public void browse(List<SpoolQueue> queues, Predicate<ListedMail> viewer) {}

        @Override
        public int release(Optional<QueueId> id) {
            return 0;
        }

        @Override
        public int bounce(Optional<QueueId> id) {
            return 0;
        }

        @Override
        public void close() {}
    }
}
