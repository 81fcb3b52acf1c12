package io.backupmx.ingress.rspamd;

import io.backupmx.ops.OnceInAWhile;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Whether somebody who is asked answers, and when it is to be told that this has changed: first that he is away, then that he is back, each once
 * in a minute at most, however often he comes and goes. Thread-safe.
 */
final class Presence {

    static final Duration QUIET = Duration.ofMinutes(1);

    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicBoolean told = new AtomicBoolean();
    private final OnceInAWhile goes;
    private final OnceInAWhile comes;

    /** @param nanoTime as {@link System#nanoTime} */
    Presence(LongSupplier nanoTime) {
        this.goes = new OnceInAWhile(QUIET, nanoTime);
        this.comes = new OnceInAWhile(QUIET, nanoTime);
    }

    /** Whether the last question had no answer. */
    boolean isAway() {
        return away.get();
    }

    /** A question had no answer. Returns whether that is to be told. */
    boolean goes() {
        away.set(true);
        return !told.get() && goes.isDue() && told.compareAndSet(false, true);
    }

    /** A question had an answer. Returns whether that is to be told. */
    boolean comes() {
        away.set(false);
        return told.get() && comes.isDue() && told.compareAndSet(true, false);
    }
}
