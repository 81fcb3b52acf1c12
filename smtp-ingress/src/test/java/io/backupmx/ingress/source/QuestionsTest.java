package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class QuestionsTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    void theAnswerIsWhatTheQuestionReturns() throws Exception {
        try (Questions questions = new Questions("corp", 1, 1, LONG)) {
            assertThat(Answers.of(questions.ask(() -> true))).isTrue();
            assertThat(Answers.of(questions.ask(() -> false))).isFalse();
        }
    }

    @Test
    void whatItThrowsIsAFailureOfTheSource() {
        try (Questions questions = new Questions("corp", 1, 1, LONG)) {
            assertThat(Answers.failure(questions.ask(() -> {
                        throw new SourceFailure("is\r\n away");
                    })))
                    .isEqualTo("recipient source corp: is away");
            Future<Boolean> surprise = questions.ask(() -> {
                throw new StackOverflowError();
            });
            assertThat(Answers.failure(surprise)).isEqualTo("recipient source corp: StackOverflowError");
            assertThat(surprise.cause()).hasCauseInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void someAreAskedAtOnceTheOthersWait() throws Exception {
        try (Questions questions = new Questions("corp", 2, 10, LONG)) {
            AtomicInteger asking = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            Semaphore started = new Semaphore(0);
            CountDownLatch end = new CountDownLatch(1);
            List<Future<Boolean>> answers = IntStream.range(0, 6)
                    .mapToObj(_ -> questions.ask(() -> {
                        most.accumulateAndGet(asking.incrementAndGet(), Math::max);
                        started.release();
                        end.await();
                        asking.decrementAndGet();
                        return true;
                    }))
                    .toList();
            started.acquire(2);
            end.countDown();
            for (Future<Boolean> answer : answers) {
                assertThat(Answers.of(answer)).isTrue();
            }
            assertThat(most).hasValue(2);
        }
    }

    @Test
    void beyondThoseThatMayWaitThereIsNoAnswer() {
        try (Questions questions = new Questions("corp", 1, 1, LONG)) {
            CountDownLatch never = new CountDownLatch(1);
            for (int i = 0; i < 2; i++) {
                questions.ask(() -> {
                    never.await();
                    return true;
                });
            }
            Future<Boolean> third = questions.ask(() -> true);
            assertThat(third.isComplete()).isTrue();
            assertThat(Answers.failure(third))
                    .isEqualTo("recipient source corp: too many questions wait for an answer");
        }
    }

    @Test
    void oneThatHangsIsFailedAndInterruptedAndItsPlaceFreed() throws Exception {
        try (Questions questions = new Questions("corp", 1, 1, SHORT)) {
            CountDownLatch never = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            Future<Boolean> hanging = questions.ask(() -> {
                try {
                    never.await();
                    return true;
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            });
            assertThat(Answers.failure(hanging)).isEqualTo("recipient source corp: no answer within 50 ms");
            interrupted.await();
            assertThat(Answers.of(questions.ask(() -> true))).isTrue();
        }
    }

    @Test
    void theTimeOfWaitingCounts() throws Exception {
        try (Questions questions = new Questions("corp", 1, 1, SHORT)) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            Future<Boolean> stubborn = questions.ask(() -> {
                started.countDown();
                while (end.getCount() > 0) {
                    Thread.onSpinWait();
                    Thread.yield();
                }
                return true;
            });
            started.await();
            Future<Boolean> waiting = questions.ask(() -> true);
            assertThat(Answers.failure(stubborn)).isEqualTo("recipient source corp: no answer within 50 ms");
            assertThat(Answers.failure(waiting)).contains("no answer within 50 ms");
            end.countDown();
        }
    }

    /** Often, for the order in which the threads hear of it is not ours. */
    @RepeatedTest(200)
    void closingEndsThemAll() throws Exception {
        Questions questions = new Questions("corp", 1, 1, LONG);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Future<Boolean> asked = questions.ask(() -> {
            started.countDown();
            never.await();
            return true;
        });
        started.await();
        Future<Boolean> waiting = questions.ask(() -> true);
        questions.close();
        assertThat(Answers.failure(asked)).isEqualTo("recipient source corp: is closed");
        assertThat(Answers.failure(waiting)).isEqualTo("recipient source corp: is closed");
        assertThatThrownBy(() -> Answers.of(questions.ask(() -> true))).hasMessageContaining("is closed");
    }
}
