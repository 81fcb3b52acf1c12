package io.backupmx.ingress.source;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The time that one fetch may take, all of it. */
final class TimeLimit {

    private final Duration duration;
    private final long endNanos;

    private TimeLimit(Duration duration) {
        this.duration = duration;
        this.endNanos = System.nanoTime() + duration.toNanos();
    }

    static TimeLimit fromNow(Duration duration) {
        return new TimeLimit(duration);
    }

    long leftNanos() {
        return Math.max(0, endNanos - System.nanoTime());
    }

    /** What {@code future} comes to. Blocks. */
    <T> T await(Future<T> future, String doing) throws ListProblem, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(leftNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new ListProblem(doing, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException _) {
            throw exceeded();
        }
    }

    ListProblem exceeded() {
        return new ListProblem("not all of the list came within " + duration.toMillis() + " ms");
    }
}
