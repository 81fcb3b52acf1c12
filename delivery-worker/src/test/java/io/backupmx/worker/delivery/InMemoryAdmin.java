package io.backupmx.worker.delivery;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Tells of the retry queues and routes of an {@link InMemorySpool} only, and has failed mail reported. */
final class InMemoryAdmin implements SpoolAdmin {

    private final InMemoryQueues queues;
    private final AtomicInteger browsed = new AtomicInteger();

    InMemoryAdmin(InMemoryQueues queues) {
        this.queues = queues;
    }

    @Override
    public BrokerStatus broker() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<QueueDepth> depths() {
        return queues.locked(() -> {
            if (queues.unavailable) {
                throw new SpoolException(SpoolException.Kind.UNAVAILABLE, "no broker");
            }
            List<QueueDepth> depths = new ArrayList<>();
            queues.deferred.forEach((delay, mails) ->
                    depths.add(new QueueDepth(new SpoolQueue.Retry(delay), mails.size(), 0, Optional.empty())));
            queues.routes.forEach(
                    (queue, mails) -> depths.add(new QueueDepth(queue, mails.size(), 0, Optional.empty())));
            return depths;
        });
    }

    @Override
    public List<SpoolQueue> occupied() {
        return depths().stream().map(QueueDepth::queue).toList();
    }

    @Override
    public void browse(List<SpoolQueue> shown, Predicate<ListedMail> viewer) {
        browsed.incrementAndGet();
        for (SpoolQueue queue : shown) {
            if (queue instanceof SpoolQueue.ForRoute ofRoute) {
                for (StoredMail mail : queues.locked(() -> List.copyOf(queues.queue(ofRoute)))) {
                    if (!viewer.test(new ListedMail(
                            queue,
                            ofRoute.route(),
                            mail.envelope(),
                            mail.content().sizeBytes(),
                            Optional.empty()))) {
                        return;
                    }
                }
            }
        }
    }

    /** How often somebody has. */
    int browsed() {
        return browsed.get();
    }

    @Override
    public int release(Optional<QueueId> id) {
        return 0;
    }

    @Override
    public int bounce(Optional<QueueId> id) {
        return queues.locked(() -> {
            List<StoredMail> moved = queues.failed.stream()
                    .filter(mail ->
                            id.isEmpty() || id.get().equals(mail.envelope().queueId()))
                    .filter(mail -> !(mail.envelope().from() instanceof ReversePath.Null))
                    .toList();
            queues.failed.removeAll(moved);
            queues.reports(ReportKind.DEMANDED).addAll(moved);
            return moved.size();
        });
    }

    @Override
    public void close() {}
}
