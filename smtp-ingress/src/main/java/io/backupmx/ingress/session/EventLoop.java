package io.backupmx.ingress.session;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** The event loop that a session belongs to, and what only it may use. */
record EventLoop(Context context, RandomGenerator random) {

    /** Runs {@code action} on this loop when {@code wait} is over; to be called on it. Returns what prevents that. */
    Runnable after(Duration wait, Runnable action) {
        Vertx vertx = context.owner();
        long timer = vertx.setTimer(Math.max(1, wait.toMillis()), _ -> action.run());
        return () -> vertx.cancelTimer(timer);
    }

    /** Runs {@code action} on this loop: now when we are on it, else soon. */
    void run(Runnable action) {
        if (context.equals(Vertx.currentContext())) {
            action.run();
        } else {
            context.runOnContext(_ -> action.run());
        }
    }
}
