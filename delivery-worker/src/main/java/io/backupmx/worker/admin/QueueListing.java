package io.backupmx.worker.admin;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.WorkerView;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All mail there is: what the workers have in hand, then what rests in the spool. The queue changes while it is listed; a
 * mail that moves meanwhile may be missed, as with any mailq, but is not shown twice.
 */
final class QueueListing {

    /** Of mail that may move onto its route while that is still to be listed; what is beyond may be shown twice. */
    private static final int REMEMBERED = 100_000;

    private final SpoolAdmin spool;
    private final WorkerView worker;

    QueueListing(SpoolAdmin spool, WorkerView worker) {
        this.spool = spool;
        this.worker = worker;
    }

    /** Shows every mail to {@code viewer}, one at a time, until it says no. Blocks. */
    void show(Predicate<QueuedMail> viewer) {
        CompletionStage<List<InFlightMail>> elsewhere = worker.inFlightElsewhere();
        CompletionStage<List<ListedMail>> held = worker.heldElsewhere();
        Map<Route, RouteStatus> routes =
                worker.routes().stream().collect(Collectors.toMap(RouteStatus::route, status -> status, (a, _) -> a));
        Listed listed = new Listed(viewer);
        worker.inFlight().forEach(listed::show);
        Elsewhere.await(elsewhere).forEach(listed::show);
        Elsewhere.await(held).forEach(mail -> listed.showUnlessFull(mail, routes));
        // Mail moves from the other queues to the routes': these come last, so that it can be known again.
        List<SpoolQueue> queues = spool.occupiedRoutes().stream()
                .filter(QueueListing::isMail)
                .sorted(Comparator.comparing(QueueListing::isRoute)) // stable
                .toList();
        if (listed.wantsMore) {
            spool.browse(queues, mail -> listed.show(mail, routes));
        }
    }

    /** Mail of which there is only still to be said that it was handed on, or waits, is elsewhere. */
    static boolean isMail(SpoolQueue queue) {
        return !(queue instanceof SpoolQueue.Reports(ReportKind kind))
                || switch (kind) {
                    case FAILED, DEMANDED, GIVEN_UP, RETURNED -> true;
                    case RELAYED, DELAYED -> false;
                };
    }

    private static boolean isRoute(SpoolQueue queue) {
        return switch (queue) {
            case SpoolQueue.ForRoute _ -> true;
            case SpoolQueue.Retry _, SpoolQueue.Failed _, SpoolQueue.Reports _, SpoolQueue.DeadLetter _ -> false;
        };
    }

    /** A mail for several routes has one id and a part on each; on one route each recipient may wait elsewhere. */
    private record Part(String queueId, Route route, String recipient) {}

    /** Knows what was shown and may come again, and whether the viewer has had enough. */
    private static final class Listed {
        private final Predicate<QueuedMail> viewer;
        private final Set<Part> shown = new HashSet<>();
        private boolean wantsMore = true;

        Listed(Predicate<QueuedMail> viewer) {
            this.viewer = viewer;
        }

        void show(InFlightMail mail) {
            if (wantsMore && isNews(mail.envelope(), mail.route(), true)) {
                wantsMore = viewer.test(QueuedMails.active(mail));
            }
        }

        void showUnlessFull(ListedMail mail, Map<Route, RouteStatus> routes) {
            if (wantsMore) {
                boolean _ = show(mail, routes);
            }
        }

        /** Whether it wants more. */
        boolean show(ListedMail mail, Map<Route, RouteStatus> routes) {
            boolean mayMove = !isRoute(mail.queue()) && shown.size() < REMEMBERED;
            if (isNews(mail.envelope(), mail.route(), mayMove)) {
                wantsMore = viewer.test(QueuedMails.waiting(mail, routes));
            }
            return wantsMore;
        }

        /** Whether any of its recipients was not shown yet. */
        private boolean isNews(Envelope envelope, Route route, boolean remember) {
            List<Part> parts = envelope.recipients().stream()
                    .map(recipient -> new Part(
                            envelope.queueId().value(), route, recipient.path().address()))
                    .toList();
            boolean news = !shown.containsAll(parts);
            if (remember) {
                shown.addAll(parts);
            }
            return news;
        }
    }
}
