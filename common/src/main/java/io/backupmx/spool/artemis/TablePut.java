package io.backupmx.spool.artemis;

import io.backupmx.spool.SpoolException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** The newest value of a key that is to be set, and all who wait for it, those of replaced values as well. {@link TablePuts} guards it. */
final class TablePut {

    private final String key;
    private final Queue<Waiter> waiters = new ArrayDeque<>();
    private byte[] value;

    private record Waiter(CompletableFuture<Void> done, long deadlineNanos) {}

    TablePut(String key, byte[] value) {
        this.key = key;
        this.value = value;
    }

    String key() {
        return key;
    }

    byte[] value() {
        return value;
    }

    void replace(byte[] newer) {
        value = newer;
    }

    /** Later deadlines come later. */
    void add(CompletableFuture<Void> done, long deadlineNanos) {
        waiters.add(new Waiter(done, deadlineNanos));
    }

    int waiting() {
        return waiters.size();
    }

    /** Takes out one who has waited for too long. */
    Optional<CompletableFuture<Void>> overdue(long nowNanos) {
        Waiter eldest = waiters.peek();
        if (eldest == null || eldest.deadlineNanos() - nowNanos > 0) {
            return Optional.empty();
        }
        waiters.remove();
        return Optional.of(eldest.done());
    }

    void succeed() {
        waiters.forEach(w -> w.done().complete(null));
    }

    void fail(SpoolException why) {
        waiters.forEach(w -> w.done().completeExceptionally(why));
    }
}
