package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.ingress.client.ClientNetwork;
import io.backupmx.route.RecipientVerdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PendingQuestionsTest {

    private static final ClientNetwork ONE = ClientNetwork.of("192.0.2.1");
    private static final ClientNetwork OTHER = ClientNetwork.of("192.0.2.2");
    private static final RecipientVerdict UNKNOWN = new RecipientVerdict.UnknownUser();

    private final Vertx vertx = Vertx.vertx();
    private final EventLoop loop = new EventLoop(vertx.getOrCreateContext(), new Random(1));
    private final PendingQuestions questions = new PendingQuestions();
    private final List<Promise<RecipientVerdict>> asked = new CopyOnWriteArrayList<>();
    private final AtomicBoolean wanted = new AtomicBoolean(true);

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private Future<RecipientVerdict> ask(ClientNetwork client) {
        return questions.ask(client, loop, wanted::get, Optional::empty, this::question);
    }

    private Future<RecipientVerdict> question() {
        Promise<RecipientVerdict> answer = Promise.promise();
        asked.add(answer);
        return answer.future();
    }

    private void ask(ClientNetwork client, int times) {
        IntStream.range(0, times).forEach(_ -> ask(client));
    }

    @Test
    void questionsBeyondAClientsShareWaitForTheOthers() {
        ask(ONE, PendingQuestions.AT_ONCE);
        Future<RecipientVerdict> waiting = ask(ONE);
        assertThat(asked).hasSize(PendingQuestions.AT_ONCE);
        ask(OTHER);
        assertThat(asked).hasSize(PendingQuestions.AT_ONCE + 1);

        asked.getFirst().complete(UNKNOWN);

        await().until(() -> asked.size() == PendingQuestions.AT_ONCE + 2);
        assertThat(waiting.isComplete()).isFalse();
        asked.getLast().complete(UNKNOWN);
        await().until(waiting::isComplete);
        assertThat(waiting.result()).isEqualTo(UNKNOWN);
    }

    @Test
    void whatIsKnownWaitsForNoneAndTakesNoPlace() {
        ask(ONE, PendingQuestions.AT_ONCE);

        for (int i = 0; i <= PendingQuestions.MAX_WAITING; i++) {
            assertThat(questions
                            .ask(
                                    ONE,
                                    loop,
                                    wanted::get,
                                    () -> Optional.of(Future.succeededFuture(UNKNOWN)),
                                    this::question)
                            .result())
                    .isEqualTo(UNKNOWN);
        }

        assertThat(asked).hasSize(PendingQuestions.AT_ONCE);
        Future<RecipientVerdict> waiting = ask(ONE);
        assertThat(waiting.isComplete()).as("there is room to wait").isFalse();
        asked.getFirst().complete(UNKNOWN);
        await().until(() -> asked.size() == PendingQuestions.AT_ONCE + 1);
    }

    @Test
    void thoseThatNobodyWaitsForAreNotAsked() {
        ask(ONE, PendingQuestions.AT_ONCE + 5);
        wanted.set(false);
        asked.forEach(answer -> answer.complete(UNKNOWN));
        assertThat(asked).hasSize(PendingQuestions.AT_ONCE);
        wanted.set(true);
        ask(ONE, PendingQuestions.AT_ONCE);
        assertThat(asked).as("all places are free again").hasSize(2 * PendingQuestions.AT_ONCE);
    }

    @Test
    void tooManyAreNotKept() {
        ask(ONE, PendingQuestions.AT_ONCE + PendingQuestions.MAX_WAITING);
        assertThat(ask(ONE).result()).isEqualTo(new RecipientVerdict.Unavailable());
    }

    @Test
    void onesThatFailGiveTheirPlaceBack() {
        for (int i = 0; i <= PendingQuestions.AT_ONCE; i++) {
            assertThatThrownBy(() -> questions.ask(ONE, loop, wanted::get, Optional::empty, () -> {
                        throw new IllegalStateException("as the test says");
                    }))
                    .hasMessage("as the test says");
            ask(OTHER).otherwise(UNKNOWN);
            asked.getLast().fail("as the test says");
        }
        ask(ONE, PendingQuestions.AT_ONCE);
        ask(OTHER, PendingQuestions.AT_ONCE);
        assertThat(asked).hasSize(3 * PendingQuestions.AT_ONCE + 1);
    }
}
