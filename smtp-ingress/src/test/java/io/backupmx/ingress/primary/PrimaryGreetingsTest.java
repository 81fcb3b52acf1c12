package io.backupmx.ingress.primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.ConnectResult;
import io.vertx.core.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrimaryGreetingsTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final Domain DOMAIN = Domain.of("example.test");

    private final AtomicInteger greeted = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final AtomicLong now = new AtomicLong();
    private final AtomicBoolean noThreads = new AtomicBoolean();
    private final PrimaryGreetings greetings =
            new PrimaryGreetings(Gone::new, now::get, task -> noThreads.get() ? new NoThread() : new Thread(task));

    private static final class NoThread extends Thread {
        @Override
        public void start() {
            throw new OutOfMemoryError("as the test says");
        }
    }

    private final class Gone implements CallAheads.Connector {
        @Override
        public ConnectResult connect(Route route, Domain domain) {
            greeted.incrementAndGet();
            try {
                mayAnswer.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return new ConnectResult.Unreachable("as the test says");
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    @AfterEach
    void nothingHangs() {
        mayAnswer.countDown();
    }

    private static void awaitNo(Future<Boolean> answer) {
        await().until(answer::isComplete);
        assertThat(answer.result()).isFalse();
    }

    @Test
    void manyWhoAskAtOnceAreToldOfOneGreetingWhichHoldsForAWhile() {
        Future<Boolean> first = greetings.answers(ROUTE, DOMAIN);
        Future<Boolean> second = greetings.answers(ROUTE, Domain.of("other.test"));
        mayAnswer.countDown();
        awaitNo(first);
        awaitNo(second);
        now.addAndGet(PrimaryGreetings.HOLDS.toNanos() - 1);
        awaitNo(greetings.answers(ROUTE, DOMAIN));
        assertThat(greeted).hasValue(1);
        now.incrementAndGet();
        awaitNo(greetings.answers(ROUTE, DOMAIN));
        assertThat(greeted).hasValue(2);
    }

    @Test
    void whoeverIsOneTooManyIsNotGreeted() {
        for (int i = 0; i < 50; i++) {
            assertThat(greetings
                            .answers(Route.of("smtp:[mx" + i + "]:25"), DOMAIN)
                            .isComplete())
                    .isFalse();
        }
        awaitNo(greetings.answers(ROUTE, DOMAIN));
        await().until(() -> greeted.get() == 50);
    }

    @Test
    void aThreadThatDoesNotStartKeepsNoPlaceAndIsNoAnswer() {
        noThreads.set(true);
        for (int i = 0; i < 51; i++) {
            awaitNo(greetings.answers(ROUTE, DOMAIN));
        }
        noThreads.set(false);

        Future<Boolean> answer = greetings.answers(ROUTE, DOMAIN);

        await().until(() -> greeted.get() == 1);
        assertThat(answer.isComplete()).isFalse();
    }

    @Test
    void afterTheEndNobodyAnswers() {
        mayAnswer.countDown();
        awaitNo(greetings.answers(ROUTE, DOMAIN));
        greetings.close();
        assertThat(closed).isTrue();
        now.addAndGet(PrimaryGreetings.HOLDS.toNanos());
        awaitNo(greetings.answers(ROUTE, DOMAIN));
        assertThat(greeted).hasValue(1);
    }
}
