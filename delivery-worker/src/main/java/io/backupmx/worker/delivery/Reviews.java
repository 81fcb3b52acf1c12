package io.backupmx.worker.delivery;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes whose gate may have moved, each looked at once, one after the other, on a thread that holds no lock: whoever
 * moved the gate may hold many. Safe from any thread.
 */
final class Reviews implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reviews.class);

    private final SequencedSet<RouteRunner> waiting = new LinkedHashSet<>();
    private final Thread thread = Thread.ofVirtual().name("reviews").unstarted(this::run);

    void start() {
        thread.start();
    }

    synchronized void add(RouteRunner runner) {
        waiting.add(runner);
        notifyAll();
    }

    private synchronized RouteRunner next() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        return waiting.removeFirst();
    }

    private void run() {
        try {
            while (true) {
                RouteRunner runner = next();
                try {
                    runner.review();
                } catch (RuntimeException | Error e) {
                    LOG.atError()
                            .setCause(e)
                            .addKeyValue("next_hop", runner.route())
                            .log("route not reviewed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
