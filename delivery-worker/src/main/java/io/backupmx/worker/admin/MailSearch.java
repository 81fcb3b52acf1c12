package io.backupmx.worker.admin;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.admin.ShownMail.ShownRecipient;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds one mail wherever it is. For virtual threads: its methods block. */
final class MailSearch {

    private final SpoolAdmin spool;
    private final RestingMails mails;
    private final WorkerView worker;

    MailSearch(SpoolAdmin spool, RestingMails mails, WorkerView worker) {
        this.spool = spool;
        this.mails = mails;
        this.worker = worker;
    }

    /** All that is known of it, its content apart; empty when it is nowhere. */
    Optional<ShownMail> show(QueueId id) {
        Map<Route, RouteStatus> routes =
                worker.routes().stream().collect(Collectors.toMap(RouteStatus::route, status -> status, (a, _) -> a));
        Found found = new Found();
        inHand(id).forEach(mail -> found.add(QueuedMails.active(mail), mail.envelope(), mail.sizeBytes()));
        held(id).forEach(mail -> found.add(QueuedMails.waiting(mail, routes), mail.envelope(), mail.sizeBytes()));
        HeaderSink headers = new HeaderSink();
        int[] resting = {0};
        mails.look(id, everywhere(), mail -> {
            found.add(QueuedMails.waiting(mail, routes), mail.envelope(), mail.sizeBytes());
            return resting[0]++ == 0 ? Optional.of(headers) : Optional.empty();
        });
        return found.shown(Optional.of(headers).filter(_ -> resting[0] > 0));
    }

    /**
     * Hands the content over, once; false when no part of it rests.
     *
     * @param begin told how many octets will come; where to
     */
    boolean content(QueueId id, Function<Long, OutputStream> begin) {
        boolean[] begun = {false};
        mails.look(id, everywhere(), mail -> {
            if (begun[0]) {
                return Optional.empty();
            }
            begun[0] = true;
            return Optional.of(begin.apply(mail.sizeBytes()));
        });
        return begun[0];
    }

    /** Its parts that rest on {@code queues}. */
    List<ListedMail> resting(QueueId id, List<SpoolQueue> queues) {
        List<ListedMail> parts = new ArrayList<>();
        mails.look(id, queues, mail -> {
            parts.add(mail);
            return Optional.empty();
        });
        return parts;
    }

    /** Whether some worker has a part of it in hand: is delivering it, or holds it until it is due. */
    boolean isInHand(QueueId id) {
        return !inHand(id).isEmpty() || !held(id).isEmpty();
    }

    /** All queues with mail, as a listing knows it: first those where an operator mostly looks. */
    List<SpoolQueue> everywhere() {
        return spool.occupiedRoutes().stream()
                .filter(QueueListing::isMail)
                .sorted(Comparator.comparingInt(MailSearch::rank))
                .toList();
    }

    private static int rank(SpoolQueue queue) {
        return switch (queue) {
            case SpoolQueue.Failed _, SpoolQueue.Reports _, SpoolQueue.DeadLetter _ -> 0;
            case SpoolQueue.Retry _ -> 1;
            case SpoolQueue.ForRoute _ -> 2;
        };
    }

    private List<InFlightMail> inHand(QueueId id) {
        CompletionStage<List<InFlightMail>> elsewhere = worker.inFlightElsewhere();
        return Stream.concat(worker.inFlight().stream(), Elsewhere.await(elsewhere).stream())
                .filter(mail -> mail.envelope().queueId().equals(id))
                .toList();
    }

    private List<ListedMail> held(QueueId id) {
        return Stream.concat(worker.held().stream(), Elsewhere.await(worker.heldElsewhere()).stream())
                .filter(mail -> mail.envelope().queueId().equals(id))
                .toList();
    }

    /** What was found so far. */
    private static final class Found {
        private final List<QueuedMail> parts = new ArrayList<>();
        private final List<List<ShownRecipient>> recipients = new ArrayList<>();
        private Optional<Envelope> envelope = Optional.empty();
        private long sizeBytes;

        void add(QueuedMail part, Envelope of, long size) {
            parts.add(part);
            recipients.add(of.recipients().stream().map(ShownRecipient::of).toList());
            envelope = envelope.or(() -> Optional.of(of));
            sizeBytes = size;
        }

        Optional<ShownMail> shown(Optional<HeaderSink> headers) {
            return envelope.map(any -> ShownMail.of(any, sizeBytes, parts, recipients, headers));
        }
    }
}
