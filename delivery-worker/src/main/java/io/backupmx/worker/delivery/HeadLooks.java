package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.report.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** When the heads of a route's queues are looked at that nobody reads, and what becomes of the mail there. */
final class HeadLooks {

    private static final Duration AT_MOST = Duration.ofMinutes(1);

    /** However young the head was: it may have been removed since, and the next be older; or the clock was wrong. */
    private static final Duration AT_LEAST = Duration.ofHours(6);

    private final RouteParts parts;
    private final RouteRecord record;
    private final ExpiryGuard expiry;
    private final Giving giving;
    private final Map<Lane, Instant> next = new ConcurrentHashMap<>();

    /** @param elsewhere what becomes of a mail that belongs on another queue by now; empty: it does not */
    HeadLooks(
            RouteParts parts,
            RouteRecord record,
            ExpiryGuard expiry,
            Function<Envelope, Optional<Settlement>> elsewhere) {
        this.parts = parts;
        this.record = record;
        this.expiry = expiry;
        this.giving = new Giving(elsewhere, parts.reports());
    }

    /** The heads are others now. */
    void haveMoved() {
        next.clear();
    }

    boolean isDue(SpoolQueue.ForRoute queue) {
        Instant now = parts.clock().instant();
        Instant due = next.getOrDefault(queue.lane(), Instant.MIN);
        return !now.isBefore(due) || due.isAfter(now.plus(AT_LEAST));
    }

    /** As {@link RouteRunner#lookAtHead}. @return whether there is none, which is not said when the spool did not answer */
    boolean look(SpoolQueue.ForRoute queue, RouteStatus status, Optional<Instant> arrived) throws InterruptedException {
        Instant now = parts.clock().instant();
        Duration shortest = parts.retries().shortestLifetime(queue.route());
        Optional<Instant> end = arrived.map(at -> at.plus(shortest)).filter(now::isBefore);
        if (end.isPresent()) {
            next.put(queue.lane(), nextLook(now, end.get()));
            return false;
        }
        AtomicReference<Instant> over = new AtomicReference<>(now);
        HeadExpiry.Head head = HeadExpiry.look(
                parts.spool(),
                queue,
                envelope -> {
                    Duration lifetime = parts.retries().longestLifetime(envelope); // nobody's is cut short
                    over.set(envelope.arrival().at().plus(lifetime));
                    Instant at = parts.clock().instant();
                    if (at.isBefore(over.get()) || !expiry.mayExpireAlone()) {
                        return Optional.empty();
                    }
                    String why = Outcomes.givenUp(lifetime, status.reason());
                    record.expired();
                    record.outcomes(envelope, Outcomes.allFailed(envelope, why), at);
                    return Optional.of(why);
                },
                giving);
        next.put(queue.lane(), nextLook(now, head == HeadExpiry.Head.MAIL ? over.get() : now));
        return head == HeadExpiry.Head.NONE;
    }

    /** Its sender may have to be told. */
    private record Giving(Function<Envelope, Optional<Settlement>> elsewhere, Reports reports)
            implements HeadExpiry.Ending {

        @Override
        public Optional<Settlement> aside(Envelope envelope) {
            return elsewhere.apply(envelope);
        }

        @Override
        public Settlement settlement(Envelope given) {
            return Settlements.failed(given, reports.wishes(given));
        }

        @Override
        public void stored(Settlement settlement) {
            reports.stored(settlement);
        }
    }

    /** @param over when the head has had its time */
    private static Instant nextLook(Instant now, Instant over) {
        return earlier(now.plus(AT_LEAST), later(now.plus(AT_MOST), over));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
