package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.gate.RouteGate;
import io.backupmx.worker.retry.RetrySchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a route's mails, one by one: tried, judged, and settled, whatever happens. Safe from any thread. */
final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    /** Longer than any delivery takes. */
    static final Duration LONGEST = Duration.ofHours(1);

    /** A mail handed out more often than this is processed alone: it may be what brings workers down. */
    private static final int SUSPECT_DELIVERIES = 5;

    private final RouteParts parts;
    private final RouteGate gate;
    private final Outlet outlet;
    private final RouteRecord record;
    private final ExpiryGuard expiry;
    private final GiveBacks giveBacks = new GiveBacks();
    private final Semaphore alone = new Semaphore(1);

    Delivery(RouteParts parts, RouteGate gate, Outlet outlet, RouteRecord record, ExpiryGuard expiry) {
        this.parts = parts;
        this.gate = gate;
        this.outlet = outlet;
        this.record = record;
        this.expiry = expiry;
    }

    /**
     * Blocks until {@code mail} has been tried and the spool told how that ended; never throws.
     *
     * @param onSettled called when the spool has settled it, or lost it
     */
    void run(TakenMail mail, Hands.Mail inHand, Runnable onSettled) {
        Settlement settlement = new Settlement.GiveBack();
        try {
            settlement = deliver(mail);
        } catch (RuntimeException | Error e) {
            surprise(mail.envelope(), e);
        } finally {
            settle(mail, settlement, inHand, onSettled);
        }
    }

    private Settlement deliver(TakenMail mail) {
        written(mail.envelope(), record::begin);
        boolean believed = gate.believesRefusals();
        Outlet.Tried tried = attempt(mail);
        List<RecipientOutcome> outcomes = tried.outcomes();
        if (!believed || !gate.believesRefusals()) {
            outcomes =
                    gate.isQuarantined() ? Outcomes.untriedIfRefused(outcomes) : Outcomes.deferredIfRefused(outcomes);
        }
        Envelope envelope = mail.envelope();
        GiveBacks.Next back = back(envelope, tried);
        if (back == GiveBacks.Next.DEFER) {
            outcomes = Outcomes.deferred(outcomes);
        }
        Instant now = parts.clock().instant();
        List<RetrySchedule.Next> next = parts.retries().after(envelope, now);
        List<RecipientOutcome> expired = Outcomes.expired(outcomes, next);
        if (!expired.equals(outcomes) && expiry.mayExpire()) {
            written(envelope, record::expired);
            outcomes = expired;
        }
        List<RecipientOutcome> ended = outcomes;
        written(envelope, () -> record.outcomes(envelope, ended, now));
        return back == GiveBacks.Next.BEHIND
                ? new Settlement.Replace(List.of(new Settlement.Copy.Requeued(envelope)))
                : Settlements.of(
                        envelope,
                        outcomes,
                        next.stream().map(RetrySchedule.Next::delay).toList(),
                        parts.reports().wishes(envelope));
    }

    /** What cannot be written down has happened all the same. */
    private static void written(Envelope envelope, Runnable record) {
        try {
            record.run();
        } catch (RuntimeException e) {
            surprise(envelope, e);
        }
    }

    private Outlet.Tried attempt(TakenMail mail) {
        boolean suspect = mail.deliveryCount() > SUSPECT_DELIVERIES;
        if (suspect) {
            alone.acquireUninterruptibly();
        }
        try {
            return outlet.attempt(mail, suspect);
        } finally {
            if (suspect) {
                alone.release();
            }
        }
    }

    private GiveBacks.Next back(Envelope envelope, Outlet.Tried tried) {
        if (tried.outcomes().stream().anyMatch(RecipientOutcome.Delivered.class::isInstance)) {
            giveBacks.delivered();
        }
        if (!tried.outcomes().stream().allMatch(RecipientOutcome.Untried.class::isInstance)) {
            giveBacks.ended(envelope.queueId());
            return GiveBacks.Next.IN_PLACE;
        }
        return tried.metTrouble() ? giveBacks.met(envelope.queueId()) : GiveBacks.Next.IN_PLACE;
    }

    /**
     * Has {@code mail} leave in this way; never blocks nor throws.
     *
     * @param onSettled as in {@link #run}
     */
    void settle(TakenMail mail, Settlement settlement, Hands.Mail inHand, Runnable onSettled) {
        if (settlement instanceof Settlement.Replace) {
            inHand.settling();
        }
        CompletionStage<Void> settled;
        try {
            settled = mail.settle(settlement);
        } catch (RuntimeException | Error e) {
            inHand.gone();
            surprise(mail.envelope(), e);
            return;
        }
        var _ = settled.whenComplete((_, failure) -> {
            inHand.gone();
            onSettled.run();
            if (failure == null) {
                parts.reports().stored(settlement);
            } else {
                LOG.atWarn()
                        .setCause(failure)
                        .addKeyValue("queue_id", mail.envelope().queueId())
                        .log("not settled: the mail will be handed out again");
            }
        });
    }

    static void surprise(Envelope envelope, Throwable e) {
        LOG.atError().setCause(e).addKeyValue("queue_id", envelope.queueId()).log("delivery failed unexpectedly");
    }
}
