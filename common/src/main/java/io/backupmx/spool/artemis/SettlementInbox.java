package io.backupmx.spool.artemis;

import io.backupmx.spool.Settlement;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/**
 * The way of settlements from the takers' threads to that of a session, which also wakes by it. Bounded by what is in
 * hand: each mail is settled once, and one wake-up waits at most.
 */
final class SettlementInbox {

    /** What the session's thread does with a settlement. */
    interface Handler {
        void settled(Taken mail, Settlement settlement) throws ActiveMQException, IOException;
    }

    private sealed interface Event {

        record Wake() implements Event {}

        record Settled(Taken mail, Settlement settlement) implements Event {}
    }

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean wakePending = new AtomicBoolean();
    private final Object deathLock = new Object();
    private @Nullable Throwable death;

    /** Ends a wait of the session's thread. From any thread. */
    void wake() {
        if (wakePending.compareAndSet(false, true)) {
            events.add(new Event.Wake());
        }
    }

    /** From any thread. */
    void settle(Taken mail, Settlement settlement) {
        Throwable dead;
        synchronized (deathLock) {
            dead = death;
            if (dead == null) {
                events.add(new Event.Settled(mail, settlement));
            }
        }
        if (dead != null) {
            lost(mail, dead);
        }
    }

    /** Waits for one event and handles it. @return whether one came in time */
    boolean next(long nanos, Handler handler) throws ActiveMQException, IOException, InterruptedException {
        return handled(events.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS), handler);
    }

    /** Handles one event if one is there. @return whether one was */
    boolean nextNow(Handler handler) throws ActiveMQException, IOException {
        return handled(events.poll(), handler);
    }

    private boolean handled(@Nullable Event event, Handler handler) throws ActiveMQException, IOException {
        switch (event) {
            case null -> {}
            case Event.Wake _ -> wakePending.set(false);
            case Event.Settled(Taken mail, Settlement settlement) -> handler.settled(mail, settlement);
        }
        return event != null;
    }

    /** Whether the session has ended, and what it gave out is the broker's again. From any thread. */
    boolean isDead() {
        synchronized (deathLock) {
            return death != null;
        }
    }

    /** The session is gone: what waits here is lost, and so is what comes from now on. */
    void die(Throwable why) {
        synchronized (deathLock) {
            death = why;
        }
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event instanceof Event.Settled settled) {
                lost(settled.mail(), why);
            }
        }
    }

    private static void lost(Taken mail, Throwable why) {
        mail.content().close();
        mail.lost(why);
    }
}
