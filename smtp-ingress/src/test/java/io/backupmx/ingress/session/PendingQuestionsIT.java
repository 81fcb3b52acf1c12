package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Conversation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients with more recipients in question than one client may ask about at once. */
class PendingQuestionsIT {

    private static final String HELLO = "S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n";
    private static final String ONE = "192.0.2.1";
    private static final String OTHER = "192.0.2.2";

    private final TestIngress ingress = new TestIngress(tuning -> tuning.proxies = List.of("127.0.0.1"));
    private final List<Conversation> clients = new ArrayList<>();

    @AfterEach
    void nothingIsHeld() {
        clients.forEach(Conversation::close);
        ingress.awaitNothingHeld();
        ingress.close();
    }

    private static String hello(String client) {
        return "C!: PROXY TCP4 " + client + " 192.0.2.9 1024 25\\r\\n\n" + HELLO;
    }

    private void ask(String client, int times) {
        for (int i = 0; i < times; i++) {
            Conversation asking = ingress.open();
            clients.add(asking);
            asking.play(hello(client) + "C: RCPT TO:<slow@example.test>\nS: <silence 10>\n");
        }
    }

    private void awaitWaiting(int count) {
        await().until(() -> ingress.directory.waiting() == count);
    }

    private void answerAll() {
        while (ingress.directory.waiting() > 0) {
            ingress.directory.answer();
        }
    }

    private void expectAllTaken() {
        clients.forEach(client -> client.play("S: 250 2.1.5 Ok\n"));
    }

    @Test
    void oneClientsQuestionsKeepNobodyElseFromAsking() {
        ask(ONE, PendingQuestions.AT_ONCE + 1);
        awaitWaiting(PendingQuestions.AT_ONCE);
        ask(OTHER, 1);
        awaitWaiting(PendingQuestions.AT_ONCE + 1);

        ingress.directory.answer(); // which lets the one ask that has waited
        awaitWaiting(PendingQuestions.AT_ONCE + 1);
        answerAll();
        expectAllTaken();
    }

    @Test
    void whatNeedsNoQuestionDoesNotWaitForThem() {
        ask(ONE, PendingQuestions.AT_ONCE + 1);
        awaitWaiting(PendingQuestions.AT_ONCE);

        ingress.play(hello(ONE)
                + "C: RCPT TO:<nobody@example.test>\nS: 550 *\nC: RCPT TO:<alice@example.test>\nS: 250 2.1.5 Ok\n");

        ingress.directory.answer();
        awaitWaiting(PendingQuestions.AT_ONCE);
        answerAll();
        expectAllTaken();
    }

    /** Those that are out come back to nobody, and those that wait are not asked at all. */
    @Test
    void whoGoesWhileItsQuestionsAreOutGivesItsShareBack() {
        ask(ONE, PendingQuestions.AT_ONCE + 3);
        awaitWaiting(PendingQuestions.AT_ONCE);
        clients.forEach(client -> client.play("C: <reset>\n"));
        ingress.awaitNothingHeld();
        for (int i = 0; i < PendingQuestions.AT_ONCE; i++) {
            ingress.directory.answer();
        }
        assertThat(ingress.directory.waiting()).isZero();
        clients.clear();

        ask(ONE, PendingQuestions.AT_ONCE);

        awaitWaiting(PendingQuestions.AT_ONCE);
        answerAll();
        expectAllTaken();
    }
}
