package io.backupmx.worker.admin;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.admin.QueuedMail.QueuedRecipient;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All mail there is: what the worker has in hand, then what rests in the spool. The queue changes while it is listed; a
 * mail that moves meanwhile may be missed, as with any mailq.
 */
final class QueueListing {

    private static final String NO_LONGER_CONFIGURED = "its route is in no configuration any more";

    private final SpoolAdmin spool;
    private final WorkerView worker;

    QueueListing(SpoolAdmin spool, WorkerView worker) {
        this.spool = spool;
        this.worker = worker;
    }

    /** Shows every mail to {@code viewer}, one at a time, until it says no. Blocks. */
    void show(Predicate<QueuedMail> viewer) {
        Map<Route, RouteStatus> routes =
                worker.routes().stream().collect(Collectors.toMap(RouteStatus::route, status -> status, (a, _) -> a));
        Set<InHand> inHand = new HashSet<>();
        for (InFlightMail mail : worker.inFlight()) {
            inHand.add(new InHand(mail.envelope().queueId().value(), mail.route()));
            if (!viewer.test(active(mail))) {
                return;
            }
        }
        Watched watched = new Watched(viewer);
        for (QueueDepth depth : spool.depths()) {
            if (depth.messages() > 0 && watched.wantsMore) {
                spool.browse(
                        depth.queue(),
                        // Given back since: it has been shown.
                        mail -> inHand.contains(
                                        new InHand(mail.envelope().queueId().value(), mail.route()))
                                || watched.test(waiting(mail, routes)));
            }
        }
    }

    /** A mail for several routes has one id and a part on each. */
    private record InHand(String queueId, Route route) {}

    /** Remembers that the viewer has had enough, for the queues still to come. */
    private static final class Watched implements Predicate<QueuedMail> {
        private final Predicate<QueuedMail> viewer;
        private boolean wantsMore = true;

        Watched(Predicate<QueuedMail> viewer) {
            this.viewer = viewer;
        }

        @Override
        public boolean test(QueuedMail mail) {
            wantsMore = viewer.test(mail);
            return wantsMore;
        }
    }

    private static QueuedMail active(InFlightMail mail) {
        return entry(
                QueuedMail.ACTIVE, mail.route(), mail.envelope(), mail.sizeBytes(), Optional.empty(), Optional.empty());
    }

    private static QueuedMail waiting(ListedMail mail, Map<Route, RouteStatus> routes) {
        return switch (mail.queue()) {
            case SpoolQueue.ForRoute _ ->
                entry(
                        QueuedMail.DEFERRED,
                        mail.route(),
                        mail.envelope(),
                        mail.sizeBytes(),
                        mail.dueAt(),
                        routeReason(Optional.ofNullable(routes.get(mail.route()))));
            case SpoolQueue.Retry _ ->
                entry(
                        QueuedMail.DEFERRED,
                        mail.route(),
                        mail.envelope(),
                        mail.sizeBytes(),
                        mail.dueAt(),
                        Optional.empty());
            case SpoolQueue.Failed _, SpoolQueue.DeadLetter _ ->
                entry(
                        QueuedMail.HOLD,
                        mail.route(),
                        mail.envelope(),
                        mail.sizeBytes(),
                        Optional.empty(),
                        Optional.empty());
        };
    }

    /** Why nothing goes that route now; empty when something does. */
    private static Optional<String> routeReason(Optional<RouteStatus> status) {
        if (status.isEmpty()) {
            return Optional.of(NO_LONGER_CONFIGURED);
        }
        return switch (status.get().state()) {
            case UP, RAMP -> Optional.empty();
            case THROTTLED, DOWN, HELD, QUARANTINE ->
                status.map(RouteStatus::reason).filter(reason -> !reason.isEmpty());
        };
    }

    /** @param reason what holds all recipients up; without it, each one's last reply counts */
    private static QueuedMail entry(
            String queueName,
            Route route,
            Envelope envelope,
            long sizeBytes,
            Optional<Instant> dueAt,
            Optional<String> reason) {
        List<QueuedRecipient> recipients = envelope.recipients().stream()
                .map(recipient -> new QueuedRecipient(recipient.path().address(), reason.or(recipient::lastReply)))
                .toList();
        return new QueuedMail(
                queueName,
                envelope.queueId().value(),
                envelope.arrival().at().getEpochSecond(),
                sizeBytes,
                false,
                sender(envelope.from()),
                recipients,
                route.toString(),
                envelope.attempts(),
                dueAt.map(Instant::getEpochSecond));
    }

    private static String sender(ReversePath path) {
        return switch (path) {
            case ReversePath.Null _ -> "MAILER-DAEMON";
            case ReversePath.Sender sender -> sender.address();
        };
    }
}
