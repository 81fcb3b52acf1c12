package io.backupmx.smtp.client;

import io.vertx.core.Context;
import java.util.concurrent.TimeUnit;

/**
 * Wakes a waiting thread when its patience is at an end. One timer on the event loop, which is left running when the wait
 * ends and looks, when it fires, whether a later wait has to be ended, and when: patience is minutes and a wait is a
 * millisecond, so that nearly all waits find a timer that runs already. A virtual thread's own timed wait would visit a
 * scheduler's queue twice.
 */
final class Alarm {

    private static final long NO_TIMER = -1;

    private final Context eventLoop;
    private final Runnable ring;

    private boolean wanted;
    private long atNanos;
    private boolean running;
    private long firesAtNanos;
    private long timer = NO_TIMER; // event loop only
    private boolean stopped; // event loop only

    /** @param ring called on the event loop; may be late, but never early */
    Alarm(Context eventLoop, Runnable ring) {
        this.eventLoop = eventLoop;
        this.ring = ring;
    }

    /** Rings once at {@code nanos} of {@link System#nanoTime}, unless set again or turned off before. */
    synchronized void setTo(long nanos) {
        wanted = true;
        atNanos = nanos;
        if (!running || firesAtNanos - nanos > 0) {
            running = true;
            firesAtNanos = nanos;
            eventLoop.runOnContext(_ -> start(nanos));
        }
    }

    /** The wait is over. */
    synchronized void off() {
        wanted = false;
    }

    private void start(long nanos) {
        if (stopped) {
            return;
        }
        cancelTimer();
        long left = nanos - System.nanoTime();
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(left + TimeUnit.MILLISECONDS.toNanos(1) - 1));
        timer = eventLoop.owner().setTimer(millis, _ -> fired());
    }

    private void fired() {
        timer = NO_TIMER;
        boolean over;
        synchronized (this) {
            over = wanted && atNanos - System.nanoTime() <= 0;
            if (over) {
                wanted = false;
            }
            running = wanted;
            if (running) {
                firesAtNanos = atNanos;
                start(atNanos);
            }
        }
        if (over) {
            ring.run();
        }
    }

    /** For good. To be called on the event loop. */
    void stop() {
        stopped = true;
        cancelTimer();
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            boolean _ = eventLoop.owner().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
