package io.backupmx.ingress.tls;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;

/** What is computed for one connection, a task at a time, as long as its client is there. Thread-safe. */
final class HandshakeTasks implements Executor {

    private final ThreadPoolExecutor threads;
    private Optional<Runnable> waiting = Optional.empty();
    private boolean computing;
    private boolean gone;

    HandshakeTasks(ThreadPoolExecutor threads) {
        this.threads = threads;
    }

    /** @throws RejectedExecutionException when too many wait already, of all connections */
    @Override
    public synchronized void execute(Runnable task) {
        Runnable turn = () -> compute(task);
        threads.execute(turn);
        waiting = Optional.of(turn);
    }

    private void compute(Runnable task) {
        synchronized (this) {
            waiting = Optional.empty();
            if (gone) {
                return;
            }
            computing = true;
        }
        try {
            task.run();
        } finally {
            synchronized (this) {
                computing = false;
            }
        }
    }

    /**
     * The client is gone: what has not begun will not begin.
     *
     * @return whether something is being computed, which ends by itself; who touches the engine until then waits for it
     */
    synchronized boolean abandon() {
        gone = true;
        waiting.ifPresent(threads::remove);
        waiting = Optional.empty();
        return computing;
    }
}
