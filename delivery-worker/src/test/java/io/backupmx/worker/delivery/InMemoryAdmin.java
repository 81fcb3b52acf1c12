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
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Tells of the retry queues of an {@link InMemorySpool} only, and has failed mail reported. */
final class InMemoryAdmin implements SpoolAdmin {

    private final InMemoryQueues queues;

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
            return queues.deferred.entrySet().stream()
                    .map(e -> new QueueDepth(
                            new SpoolQueue.Retry(e.getKey()), e.getValue().size(), 0, Optional.empty()))
                    .toList();
        });
    }

    @Override
    public List<SpoolQueue> occupied() {
        return depths().stream().map(QueueDepth::queue).toList();
    }

    @Override
    public void browse(List<SpoolQueue> queues, Predicate<ListedMail> viewer) {}

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
