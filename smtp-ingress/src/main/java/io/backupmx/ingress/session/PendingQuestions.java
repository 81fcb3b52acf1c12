package io.backupmx.ingress.session;

import io.backupmx.ingress.client.ClientNetwork;
import io.backupmx.route.RecipientVerdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Who recipients are is asked for many clients at once, and those who answer bear with a bounded number of questions: so of one
 * client {@value #AT_ONCE} are out, and its others wait for one of these to come back. What is known without a question waits for
 * nothing. Thread-safe.
 */
final class PendingQuestions {

    static final int AT_ONCE = 10;

    /** Of one client, beyond those. */
    static final int MAX_WAITING = 100;

    private final Map<ClientNetwork, OfClient> clients = new HashMap<>();

    private static final class OfClient {
        private int out;
        private final Queue<Waiting> waiting = new ArrayDeque<>();
    }

    /** @param loop where it is asked */
    private record Waiting(
            EventLoop loop,
            BooleanSupplier wanted,
            Supplier<Future<RecipientVerdict>> question,
            Promise<RecipientVerdict> answer) {}

    /**
     * Asks {@code question}: at once, on this thread, or later, on {@code loop}; too many of a client are not asked at all.
     *
     * @param wanted whether somebody still waits for the answer; of any thread
     * @param known what can be said without the question, for when it cannot be asked at once
     */
    Future<RecipientVerdict> ask(
            ClientNetwork client,
            EventLoop loop,
            BooleanSupplier wanted,
            Supplier<Optional<Future<RecipientVerdict>>> known,
            Supplier<Future<RecipientVerdict>> question) {
        if (goesOut(client)) {
            return put(client, question);
        }
        Optional<Future<RecipientVerdict>> said = known.get();
        return said.isPresent() ? said.get() : askInTurn(client, loop, wanted, question);
    }

    private synchronized boolean goesOut(ClientNetwork client) {
        OfClient all = clients.computeIfAbsent(client, _ -> new OfClient());
        if (all.out >= AT_ONCE) {
            return false;
        }
        all.out++;
        return true;
    }

    private Future<RecipientVerdict> askInTurn(
            ClientNetwork client, EventLoop loop, BooleanSupplier wanted, Supplier<Future<RecipientVerdict>> question) {
        synchronized (this) {
            OfClient all = clients.computeIfAbsent(client, _ -> new OfClient());
            if (all.out >= AT_ONCE) {
                if (all.waiting.size() >= MAX_WAITING) {
                    return Future.succeededFuture(new RecipientVerdict.Unavailable());
                }
                Promise<RecipientVerdict> answer = Promise.promise();
                all.waiting.add(new Waiting(loop, wanted, question, answer));
                return answer.future();
            }
            all.out++;
        }
        return put(client, question);
    }

    private Future<RecipientVerdict> put(ClientNetwork client, Supplier<Future<RecipientVerdict>> question) {
        Future<RecipientVerdict> answer;
        try {
            answer = question.get();
        } catch (RuntimeException | Error e) {
            isBack(client);
            throw e;
        }
        if (answer.isComplete()) {
            isBack(client);
        } else {
            answer.onComplete((_, _) -> isBack(client));
        }
        return answer;
    }

    /** One that was out; the next one takes its place. */
    private void isBack(ClientNetwork client) {
        next(client)
                .ifPresent(next -> next.loop().run(() -> {
                    try {
                        put(client, next.question()).onComplete(next.answer());
                    } catch (RuntimeException | Error e) {
                        next.answer().fail(e);
                    }
                }));
    }

    private synchronized Optional<Waiting> next(ClientNetwork client) {
        OfClient all = clients.get(client);
        if (all == null) {
            return Optional.empty();
        }
        for (Waiting next = all.waiting.poll(); next != null; next = all.waiting.poll()) {
            if (next.wanted().getAsBoolean()) {
                return Optional.of(next);
            }
        }
        all.out--;
        if (all.out == 0) {
            clients.remove(client);
        }
        return Optional.empty();
    }
}
