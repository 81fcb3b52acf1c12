package io.backupmx.spool.artemis;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;

/**
 * Whether the broker is there: asked once a second, on a session where no write to the disk is waited for. It counts as gone
 * when a question fails, or when it has been silent for so long that it may soon count us as gone.
 */
final class SignsOfLife {

    /**
     * How long after the last sign of life we are the broker's: less than the TTL, after which it closes our sessions, by
     * what it takes to hear of it.
     */
    private static final long LEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(4500);

    private static final long PULSE_MILLIS = 1000;

    private final String name;
    private final Consumer<Throwable> gone;
    private final Thread watch;
    private volatile long aliveNanos = System.nanoTime();
    private volatile boolean over;

    /** Has to be asked until it is answered; each time another question may do. */
    interface Question {
        void ask(int count) throws ActiveMQException;
    }

    /** @param gone told at least once when the broker is gone; must not wait */
    SignsOfLife(String name, Consumer<Throwable> gone) {
        this.name = name;
        this.gone = gone;
        this.watch = Thread.ofVirtual().name(name + "-lease").unstarted(this::watch);
    }

    /** Silence counts from now on. */
    void start() {
        alive();
        watch.start();
    }

    /** The broker has just answered something. */
    void alive() {
        aliveNanos = System.nanoTime();
    }

    /** Asks from now on, on a thread of its own. */
    void ask(Question question) {
        Thread.ofVirtual().name(name + "-pulse").start(() -> pulse(question));
    }

    void end() {
        over = true;
        watch.interrupt();
    }

    private void pulse(Question question) {
        try {
            for (int count = 0; !over; count = (count + 1) & Integer.MAX_VALUE) {
                long asked = System.nanoTime();
                question.ask(count);
                aliveNanos = asked;
                Thread.sleep(PULSE_MILLIS);
            }
        } catch (ActiveMQException | RuntimeException | Error e) {
            gone.accept(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        try {
            for (long left = left(); left > 0; left = left()) {
                TimeUnit.NANOSECONDS.sleep(left);
            }
            gone.accept(new ActiveMQException("the broker is silent"));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it is over
        }
    }

    private long left() {
        return aliveNanos + LEASE_NANOS - System.nanoTime();
    }
}
