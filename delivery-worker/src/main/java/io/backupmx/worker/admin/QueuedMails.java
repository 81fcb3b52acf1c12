package io.backupmx.worker.admin;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.admin.QueuedMail.QueuedRecipient;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a listing says of a mail: why it waits, and until when. */
final class QueuedMails {

    private static final String NO_LONGER_CONFIGURED = "its route is in no configuration any more";

    private QueuedMails() {}

    static QueuedMail active(InFlightMail mail) {
        return entry(
                QueuedMail.ACTIVE,
                mail.route(),
                mail.envelope(),
                mail.sizeBytes(),
                Optional.empty(),
                Optional.of(mail.since()),
                Optional.empty(),
                Optional.empty());
    }

    static QueuedMail waiting(ListedMail mail, Map<Route, RouteStatus> routes) {
        return switch (mail.queue()) {
            case SpoolQueue.ForRoute _ -> forRoute(mail, Optional.ofNullable(routes.get(mail.route())));
            case SpoolQueue.Retry _ -> resting(QueuedMail.DEFERRED, mail);
            case SpoolQueue.Failed _, SpoolQueue.Reports _, SpoolQueue.DeadLetter _ -> resting(QueuedMail.HOLD, mail);
        };
    }

    /** Its route holds it up; when that does not, it comes to its turn. */
    private static QueuedMail forRoute(ListedMail mail, Optional<RouteStatus> status) {
        return entry(
                QueuedMail.DEFERRED,
                mail.route(),
                mail.envelope(),
                mail.sizeBytes(),
                mail.dueAt(),
                Optional.empty(),
                status,
                status.isEmpty() ? Optional.of(NO_LONGER_CONFIGURED) : status.flatMap(QueuedMails::trouble));
    }

    private static QueuedMail resting(String queueName, ListedMail mail) {
        return entry(
                queueName,
                mail.route(),
                mail.envelope(),
                mail.sizeBytes(),
                queueName.equals(QueuedMail.DEFERRED) ? mail.dueAt() : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Why nothing goes that route now; empty when something does. */
    private static Optional<String> trouble(RouteStatus status) {
        return switch (status.state()) {
            case UP, RAMP -> Optional.empty();
            case THROTTLED, DOWN, HELD, QUARANTINE, GONE ->
                Optional.of(status.reason()).filter(reason -> !reason.isEmpty());
        };
    }

    /** @param reason what holds all recipients up; without it, each one's last reply counts */
    private static QueuedMail entry(
            String queueName,
            Route route,
            Envelope envelope,
            long sizeBytes,
            Optional<Instant> dueAt,
            Optional<Instant> activeSince,
            Optional<RouteStatus> status,
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
                seconds(dueAt),
                seconds(activeSince),
                status.map(s -> s.state().name()),
                seconds(status.map(RouteStatus::since)),
                seconds(status.flatMap(RouteStatus::next)));
    }

    private static Optional<Long> seconds(Optional<Instant> at) {
        return at.map(Instant::getEpochSecond);
    }

    private static String sender(ReversePath path) {
        return switch (path) {
            case ReversePath.Null _ -> "MAILER-DAEMON";
            case ReversePath.Sender sender -> sender.address();
        };
    }
}
