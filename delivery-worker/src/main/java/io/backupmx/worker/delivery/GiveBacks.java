package io.backupmx.worker.delivery;

import io.backupmx.mail.QueueId;
import java.util.LinkedHashMap;

/**
 * Which mails met the route's trouble in a transaction of their own, again and again. Each was innocent the first time: it
 * goes back in place. One that meets it again with nothing delivered between may be all that the route gets to see, so it
 * goes behind the queue and another is tried. One that keeps meeting it while others are delivered provokes it: its own
 * trouble, then. Bounded; safe from any thread.
 */
final class GiveBacks {

    /** What to do with a mail that met the route's trouble. */
    enum Next {
        IN_PLACE,
        BEHIND,
        DEFER
    }

    private static final int MAX_WHILE_OTHERS_GO = 3;
    private static final int MAX_REMEMBERED = 1000;

    /** @param times given back while others were delivered since the time before */
    private record Seen(int times, long deliveredBefore) {}

    private final LinkedHashMap<QueueId, Seen> seen = new LinkedHashMap<>();
    private long delivered;

    /** Some mail was delivered. */
    synchronized void delivered() {
        delivered++;
    }

    /** {@code mail} met the route's trouble. */
    synchronized Next met(QueueId mail) {
        Seen before = seen.remove(mail);
        boolean othersWent = before == null || delivered > before.deliveredBefore();
        int times = (before == null ? 0 : before.times()) + (othersWent ? 1 : 0);
        if (times > MAX_WHILE_OTHERS_GO) {
            return Next.DEFER;
        }
        var _ = seen.put(mail, new Seen(times, delivered)); // the newest at the end
        if (seen.size() > MAX_REMEMBERED) {
            var _ = seen.pollFirstEntry();
        }
        return othersWent ? Next.IN_PLACE : Next.BEHIND;
    }

    /** {@code mail} came to another end: no more in a row. */
    synchronized void ended(QueueId mail) {
        var _ = seen.remove(mail);
    }
}
