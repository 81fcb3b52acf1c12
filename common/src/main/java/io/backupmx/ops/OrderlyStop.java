package io.backupmx.ops;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Ends the parts of a process one after the other, the last started first, when the process is told to end: ingress, then
 * worker, then broker. A part that fails or takes too long is logged and left behind; the next ones still get their turn.
 */
public final class OrderlyStop {

    private static final Logger LOG = LoggerFactory.getLogger(OrderlyStop.class);

    /** A part's own way to stop. Blocks until stopped. */
    @FunctionalInterface
    public interface Stop {
        void stop() throws Exception;
    }

    private record Part(String name, Duration bound, Stop stop) {}

    private final List<Part> parts = new ArrayList<>();
    private boolean done;

    /**
     * Adds a part that was just started; it is stopped before all that were added earlier.
     *
     * @param bound how long it may take
     */
    public synchronized void add(String name, Duration bound, Stop stop) {
        parts.addFirst(new Part(name, bound, stop));
    }

    /** Makes SIGTERM and SIGINT stop the parts before the process ends. */
    public void onSignal() {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(Level.INFO)));
    }

    /** Stops the parts, without many words; a second call waits for the first and does nothing. */
    public void stop() {
        stop(Level.DEBUG);
    }

    private synchronized void stop(Level level) {
        if (done) {
            return;
        }
        done = true;
        for (Part part : parts) {
            long begin = System.nanoTime();
            String ending = stopOne(part);
            LOG.atLevel(level)
                    .addKeyValue("part", part.name())
                    .addKeyValue("ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
                    .log(ending);
        }
    }

    private static String stopOne(Part part) {
        FutureTask<Void> stopping = new FutureTask<>(() -> {
            part.stop().stop();
            return null;
        });
        Thread.ofPlatform().daemon().name("stop-" + part.name()).start(stopping);
        try {
            stopping.get(part.bound().toMillis(), TimeUnit.MILLISECONDS);
            return "stopped";
        } catch (TimeoutException e) {
            LOG.atWarn()
                    .addKeyValue("part", part.name())
                    .addKeyValue("bound_ms", part.bound().toMillis())
                    .log("did not stop in time");
            return "left behind";
        } catch (ExecutionException e) {
            LOG.atWarn().addKeyValue("part", part.name()).setCause(e.getCause()).log("could not be stopped");
            return "left behind";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "left behind";
        }
    }
}
