package io.backupmx.worker.delivery;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A mail of an {@link InMemorySpool} in a taker's hand. */
final class InMemoryTaken implements TakenMail {

    private final InMemoryQueues queues;
    private final StoredMail mail;
    private final Lane lane;
    private final Runnable putBack;
    private @Nullable Settlement settled;

    /** From a retry queue: given back it goes behind its route's backlog. */
    InMemoryTaken(InMemoryQueues queues, StoredMail mail) {
        this.queues = queues;
        this.mail = mail;
        this.lane = Lane.BACKLOG;
        this.putBack = () -> queues.queue(mail.route(), Lane.BACKLOG).addLast(mail);
    }

    /** As if never taken: the broker does not count these, either. */
    InMemoryTaken(InMemoryQueues queues, StoredMail mail, Lane lane, Supplier<Deque<StoredMail>> home) {
        this.queues = queues;
        this.mail = mail;
        this.lane = lane;
        this.putBack = () -> home.get().addFirst(mail);
    }

    private void putBack() {
        putBack.run();
    }

    @Override
    public Route route() {
        return mail.route();
    }

    @Override
    public Envelope envelope() {
        return mail.envelope();
    }

    @Override
    public Content content() {
        return mail.content();
    }

    @Override
    public int deliveryCount() {
        return mail.deliveries() + 1;
    }

    @Override
    public boolean isOurs() {
        return queues.locked(() -> !queues.lost);
    }

    @Override
    public CompletionStage<Void> settle(Settlement settlement) {
        queues.lock.lock();
        try {
            if (settled != null) {
                throw new IllegalStateException("settled twice: " + settled + ", " + settlement);
            }
            settled = settlement;
            queues.taken--;
            switch (settlement) {
                case Settlement.GiveBack _ -> {
                    queues.givenBack++;
                    if (queues.holdsGiveBacks) {
                        CompletableFuture<Void> done = new CompletableFuture<>();
                        queues.heldBack.add(() -> {
                            putBack();
                            done.complete(null);
                        });
                        return done;
                    }
                    putBack();
                }
                case Settlement.Replace _
                when queues.refusesSettlements -> {
                    putBack();
                    return CompletableFuture.failedFuture(
                            new SpoolException(SpoolException.Kind.UNAVAILABLE, "the broker is gone"));
                }
                case Settlement.Replace(List<Settlement.Copy> copies) -> copies.forEach(this::put);
            }
            queues.changed.signalAll();
            return CompletableFuture.completedFuture(null);
        } finally {
            queues.lock.unlock();
        }
    }

    private void put(Settlement.Copy copy) {
        Duration delay = copy instanceof Settlement.Copy.Retry retry ? retry.delay() : Duration.ZERO;
        StoredMail copied = new StoredMail(
                mail.route(), copy.envelope(), mail.content(), 0, Instant.now().plus(delay));
        switch (copy) {
            case Settlement.Copy.Retry _ -> queues.deferred(delay).add(copied);
            case Settlement.Copy.Failed _ -> queues.failed.add(copied);
            case Settlement.Copy.Report report -> queues.reports(report.kind()).addLast(copied);
            case Settlement.Copy.Fresh fresh ->
                queues.queue(fresh.route(), Lane.FRESH)
                        .addLast(new StoredMail(fresh.route(), fresh.envelope(), fresh.content(), 0, Instant.EPOCH));
            case Settlement.Copy.Moved moved ->
                queues.queue(moved.route(), Lane.BACKLOG)
                        .addLast(new StoredMail(moved.route(), moved.envelope(), mail.content(), 0, Instant.EPOCH));
            case Settlement.Copy.Requeued _ -> queues.queue(mail.route(), lane).addLast(copied);
        }
    }
}
