package io.backupmx.worker.admin;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the other workers have in hand, as far as they tell in time. */
final class Elsewhere {

    private static final long WAIT_MILLIS = 1000;

    private Elsewhere() {}

    /** Waits a second at most; empty when they have not told by then. */
    static <T> List<T> await(CompletionStage<List<T>> told) {
        try {
            return told.toCompletableFuture().get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return List.of(); // it is in a worker's hands, and soon out of them
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
