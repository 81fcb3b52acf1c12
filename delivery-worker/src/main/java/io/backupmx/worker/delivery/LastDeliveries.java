package io.backupmx.worker.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How deliveries end when the worker stops: by themselves, within a grace. Then those before their final dot are aborted and given
 * back; those behind it are deferred, for they may have been delivered. For one thread, which is blocked meanwhile.
 */
final class LastDeliveries {

    private static final Logger LOG = LoggerFactory.getLogger(LastDeliveries.class);

    /** For the spool to settle what a stop has left. */
    static final Duration SETTLE_GRACE = Duration.ofSeconds(5);

    /** For all feeds together to end, the broker willing. */
    private static final Duration CLOSING = SETTLE_GRACE.plusSeconds(2);

    private final List<RouteRunner> all;

    LastDeliveries(List<RouteRunner> all) {
        this.all = all;
    }

    /** @param left how many mails there are in hand, for the log */
    void end(Duration stopGrace, IntSupplier left) {
        all.forEach(RouteRunner::stop);
        try {
            if (!awaitEmptyHands(all, stopGrace)) {
                all.forEach(RouteRunner::abort);
                if (!awaitEmptyHands(all, SETTLE_GRACE)) {
                    LOG.atWarn().addKeyValue("mails", left.getAsInt()).log("stopped with mail unsettled");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean awaitEmptyHands(List<RouteRunner> runners, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (RouteRunner runner : runners) {
            if (!runner.awaitEmptyHands(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }

    /** The feeds that these came by, and with them {@code others} that may wait for the broker, too. */
    void closeFeeds(List<Runnable> others) {
        List<Runnable> closings = new ArrayList<>();
        all.forEach(runner -> closings.add(() -> runner.close(SETTLE_GRACE)));
        closings.addAll(others);
        try {
            Together.close(closings, CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
