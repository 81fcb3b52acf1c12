package io.backupmx.spool.artemis;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/**
 * What {@link QueueCounts} said last, so that the broker need not say megabytes again each time while thousands of queues
 * just rest: nobody reads any route's, as many hold mail as before, and all together as many messages. What could hide from
 * that, a queue that was emptied by an operator or by expiry while as much mail came to another, and its hint was lost, is
 * found by every other sweep, which asks in any case: in time for {@link io.backupmx.spool.SpoolReader#SWEEP}. Safe from any
 * thread.
 */
final class RecentCounts {

    /** Longer than from one sweep to the next. */
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(8);

    /** Longer than from one sweep to the next, shorter than to the one after it. */
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(8);

    private final AtomicLong numbers = new AtomicLong();
    private volatile @Nullable Found last;

    private record Found(QueueCounts.Signs signs, Counted counted, long askedNanos, long confirmedNanos) {}

    /** @param number of the answer: the same again stands for the same counts */
    record Counted(long number, Map<String, Long> byName) {}

    /** As they are now. */
    Map<String, Long> ask(Management management) throws ActiveMQException {
        return ask(management, QueueCounts.signs(management)).byName();
    }

    /** What comes to be while it is asked for shows in the next signs. */
    private Counted ask(Management management, QueueCounts.Signs before) throws ActiveMQException {
        long asked = System.nanoTime();
        Counted counted = new Counted(numbers.incrementAndGet(), QueueCounts.notEmpty(management));
        last = new Found(before, counted, asked, asked);
        return counted;
    }

    /** As they are now, as far as the signs tell. */
    Counted askUnlessAtRest(Management management) throws ActiveMQException {
        Found known = last;
        long now = System.nanoTime();
        QueueCounts.Signs signs = QueueCounts.signs(management);
        if (known == null || now - known.askedNanos() > ASK_NANOS || !signs.areAtRest(known.signs())) {
            return ask(management, signs);
        }
        last = new Found(known.signs(), known.counted(), known.askedNanos(), now);
        return known.counted();
    }

    /** As they were a moment ago, if somebody has asked then. */
    Map<String, Long> askUnlessKnown(Management management) throws ActiveMQException {
        Found known = last;
        return known != null && System.nanoTime() - known.confirmedNanos() < RECENT_NANOS
                ? known.counted().byName()
                : ask(management);
    }
}
