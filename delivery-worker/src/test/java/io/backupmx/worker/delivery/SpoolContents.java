package io.backupmx.worker.delivery;

import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What rests in an {@link InMemorySpool} of one mail, to be listed. */
record SpoolContents(InMemorySpool spool, Route route, QueueId mail) implements SpoolAdmin {

    private static final SpoolQueue RETRY = new SpoolQueue.Retry(Duration.ofHours(1));
    private static final SpoolQueue FAILED = new SpoolQueue.Failed();

    List<StoredMail> deferred() {
        return only(spool.deferred());
    }

    List<StoredMail> failed() {
        return only(spool.failed());
    }

    List<StoredMail> waiting() {
        return only(spool.waiting(route));
    }

    /** Wherever it is. */
    List<StoredMail> all() {
        return Stream.of(deferred(), failed(), waiting()).flatMap(List::stream).toList();
    }

    private List<StoredMail> only(List<StoredMail> mails) {
        return mails.stream()
                .filter(stored -> stored.envelope().queueId().equals(mail))
                .toList();
    }

    @Override
    public List<SpoolQueue> occupied() {
        return Stream.concat(Stream.of(RETRY, FAILED), SpoolQueue.ForRoute.lanesOf(route).stream())
                .toList();
    }

    @Override
    public void browse(List<SpoolQueue> queues, Predicate<ListedMail> viewer) {
        for (SpoolQueue queue : queues) {
            if (!mails(queue).stream().map(stored -> listed(queue, stored)).allMatch(viewer)) {
                return;
            }
        }
    }

    private List<StoredMail> mails(SpoolQueue queue) {
        return switch (queue) {
            case SpoolQueue.ForRoute one -> only(spool.waiting(one.route(), one.lane()));
            case SpoolQueue.Retry _ -> deferred();
            case SpoolQueue.Failed _ -> failed();
            case SpoolQueue.Reports _, SpoolQueue.DeadLetter _ -> List.of();
        };
    }

    private static ListedMail listed(SpoolQueue queue, StoredMail stored) {
        return new ListedMail(
                queue,
                stored.route(),
                stored.envelope(),
                stored.content().sizeBytes(),
                queue.equals(RETRY) ? Optional.of(stored.dueAt()) : Optional.empty());
    }

    @Override
    public BrokerStatus broker() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<QueueDepth> depths() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int release(Optional<QueueId> id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int bounce(Optional<QueueId> id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
