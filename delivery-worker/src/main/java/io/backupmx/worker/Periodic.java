package io.backupmx.worker;

import java.time.Duration;

/** A task repeated on a virtual thread of its own, with a pause between, until it is closed. */
final class Periodic implements AutoCloseable {

    private final Duration pause;
    private final Runnable task;
    private final Thread thread;

    /** @param task may block; what it throws ends the thread, so it throws nothing that it expects */
    Periodic(String name, Duration pause, Runnable task) {
        this.pause = pause;
        this.task = task;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            task.run();
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
