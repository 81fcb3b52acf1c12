package io.backupmx.worker;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task repeated on a virtual thread of its own, with a pause between, until it is closed. */
public final class Periodic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

    /** A leisurely task runs a tenth of the time at most, but at least so often. */
    private static final int LEISURE = 9;

    private static final Duration MAX_LEISURE = Duration.ofMinutes(1);

    private final Duration pause;
    private final int leisure;
    private final Runnable task;
    private final Thread thread;

    /** @param task may block; what it throws is logged, and it is done again after the pause */
    public Periodic(String name, Duration pause, Runnable task) {
        this(name, pause, 0, task);
    }

    private Periodic(String name, Duration pause, int leisure, Runnable task) {
        this.pause = pause;
        this.leisure = leisure;
        this.task = task;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /** One whose pause grows with the time the task takes: of use to somebody, but not worth a machine's time. */
    static Periodic leisurely(String name, Duration pause, Runnable task) {
        return new Periodic(name, pause, LEISURE, task);
    }

    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            long begun = System.nanoTime();
            runOnce();
            try {
                Thread.sleep(pauseAfter(Duration.ofNanos(System.nanoTime() - begun)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void runOnce() {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).addKeyValue("task", thread.getName()).log("failed, to be done again");
        }
    }

    private Duration pauseAfter(Duration took) {
        Duration rest = took.multipliedBy(leisure);
        Duration bounded = rest.compareTo(MAX_LEISURE) < 0 ? rest : MAX_LEISURE;
        return bounded.compareTo(pause) > 0 ? bounded : pause;
    }
}
