package io.backupmx.ingress.session;

import java.time.Duration;
import java.util.Optional;

/** Lets one session wait for an answer, one at a time, without a thread. Belongs to one event loop. */
final class TarPit {

    private final EventLoop loop;
    private final IngressMetrics metrics;
    private Optional<Runnable> cancel = Optional.empty();
    private boolean closed;

    TarPit(EventLoop loop, IngressMetrics metrics) {
        this.loop = loop;
        this.metrics = metrics;
    }

    /** Runs {@code then} when {@code wait} is over, at once if there is none, and never when the session is. */
    void leave(Duration wait, Runnable then) {
        cancel.ifPresent(Runnable::run);
        cancel = Optional.empty();
        if (wait.isZero()) {
            then.run();
        } else if (!closed) {
            metrics.unknownRecipientDelayed();
            cancel = Optional.of(loop.after(wait, () -> {
                cancel = Optional.empty();
                then.run();
            }));
        }
    }

    boolean isTaken() {
        return cancel.isPresent();
    }

    /** Nobody waits any more. */
    void close() {
        closed = true;
        cancel.ifPresent(Runnable::run);
        cancel = Optional.empty();
    }
}
