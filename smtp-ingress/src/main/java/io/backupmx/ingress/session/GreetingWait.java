package io.backupmx.ingress.session;

import java.time.Duration;
import java.util.Optional;

/** The time before a greeting, in which a client is to be silent. Of one session, on its loop. */
final class GreetingWait {

    private final EventLoop loop;
    private Optional<Runnable> cancel = Optional.empty();

    GreetingWait(EventLoop loop) {
        this.loop = loop;
    }

    /** Runs {@code greet} when the time is over, at once if there is none, unless it is {@link #end}ed before. */
    void begin(Duration wait, Runnable greet) {
        if (wait.isZero()) {
            greet.run();
            return;
        }
        cancel = Optional.of(loop.after(wait, () -> {
            cancel = Optional.empty();
            greet.run();
        }));
    }

    boolean isOn() {
        return cancel.isPresent();
    }

    /** There will be no greeting. */
    void end() {
        cancel.ifPresent(Runnable::run);
        cancel = Optional.empty();
    }
}
