package io.backupmx.worker.report;

import io.backupmx.config.Failures;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.worker.dsn.Action;
import io.backupmx.worker.dsn.Diagnosis;
import io.backupmx.worker.dsn.Report;
import io.backupmx.worker.dsn.ReportComposer;
import io.backupmx.worker.dsn.Returned;
import io.backupmx.worker.schedule.RetrySchedules;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides of one mail at a time whether its sender is told, and writes the report. Its settlement holds all that comes of the
 * mail, so that the spool does it at once: the report, and what an operator has to see. Safe from any thread; may block while the
 * DNS is asked.
 */
final class Desk {

    private final Domain hostname;
    private final ReportRules rules;
    private final RelayTables tables;
    private final Authenticity authenticity;
    private final ReportLimits limits;
    private final ReportRecord record;
    private final ReportComposer composer;
    private final RetrySchedules schedules;
    private final InstantSource clock;
    private final RandomGenerator random;

    Desk(
            Domain hostname,
            ReportRules rules,
            RelayTables tables,
            Authenticity authenticity,
            ReportLimits limits,
            ReportRecord record,
            RetrySchedules schedules,
            InstantSource clock,
            RandomGenerator random) {
        this.hostname = hostname;
        this.rules = rules;
        this.tables = tables;
        this.authenticity = authenticity;
        this.limits = limits;
        this.record = record;
        this.composer = new ReportComposer(hostname);
        this.schedules = schedules;
        this.clock = clock;
        this.random = random;
    }

    /** What a mail on the queue of {@code kind} comes to. */
    Settlement settle(ReportKind kind, Envelope taken, Content content) throws IOException, InterruptedException {
        Envelope envelope = isGivenUp(kind) ? givenUp(taken) : taken;
        Action action = action(kind);
        List<Recipient> told = new ArrayList<>();
        Optional<Settlement.Copy> report = Optional.empty();
        if (envelope.from() instanceof ReversePath.Sender(Mailbox sender)) {
            Optional<String> because = select(kind, envelope, content, told);
            if (because.isPresent()) {
                report = report(kind, envelope.withRecipients(told), sender, content, because.get());
            }
        } else {
            record.notTold(envelope, action, ReportOutcome.NULL_SENDER, "");
        }
        List<Settlement.Copy> copies = new ArrayList<>();
        report.ifPresent(copies::add);
        boolean isGone = kind == ReportKind.RELAYED || kind == ReportKind.DELAYED;
        List<Recipient> kept = envelope.recipients().stream()
                .filter(recipient -> copies.isEmpty() || !told.contains(recipient))
                .toList();
        if (!isGone && !kept.isEmpty()) {
            copies.add(new Settlement.Copy.Failed(envelope.withRecipients(kept)));
        }
        return new Settlement.Replace(List.copyOf(copies));
    }

    static Action action(ReportKind kind) {
        return switch (kind) {
            case FAILED, DEMANDED, GIVEN_UP, RETURNED -> Action.FAILED;
            case RELAYED -> Action.RELAYED;
            case DELAYED -> Action.DELAYED;
        };
    }

    private static boolean isDemanded(ReportKind kind) {
        return kind == ReportKind.DEMANDED || kind == ReportKind.RETURNED;
    }

    private static boolean isGivenUp(ReportKind kind) {
        return kind == ReportKind.GIVEN_UP || kind == ReportKind.RETURNED;
    }

    /** Whether an attempt of just now is why there is something to tell; of any other nobody knows when it was. */
    private static boolean isJustTried(ReportKind kind, Envelope envelope) {
        return switch (kind) {
            case RELAYED, DELAYED -> true;
            case FAILED -> envelope.attempts() > 0 && !isExpired(envelope); // which may have been where it waited
            case DEMANDED, GIVEN_UP, RETURNED -> false;
        };
    }

    private static boolean isExpired(Envelope envelope) {
        return envelope.recipients().stream()
                .flatMap(recipient -> recipient.lastReply().stream())
                .anyMatch(Diagnosis::isExpired);
    }

    /** It waited until now, so that this is the first that is said of its end. */
    private Envelope givenUp(Envelope envelope) {
        Envelope ended = envelope.withRecipients(envelope.recipients().stream()
                .map(recipient -> recipient.withLastReply(Diagnosis.givenUp(recipient.lastReply())))
                .toList());
        record.givenUp(ended);
        return ended;
    }

    /**
     * Adds to {@code told} whom there is to tell of.
     *
     * @return why the sender is believed; empty when nobody is told
     */
    private Optional<String> select(ReportKind kind, Envelope envelope, Content content, List<Recipient> told)
            throws IOException, InterruptedException {
        if (isDemanded(kind)) {
            told.addAll(envelope.recipients());
            return Optional.of("an operator wants it");
        }
        Action action = action(kind);
        List<Recipient> ifAuthentic = new ArrayList<>();
        Optional<ReportOutcome> against = Optional.empty();
        for (Recipient recipient : envelope.recipients()) {
            Optional<ReportOutcome> reason = rules.against(envelope, recipient, action);
            if (reason.isPresent()) {
                against = reason;
            } else {
                (rules.failures(recipient) == Failures.BOUNCE ? told : ifAuthentic).add(recipient);
            }
        }
        Optional<String> because = told.isEmpty() ? Optional.empty() : Optional.of("the configuration says: bounce");
        if (!ifAuthentic.isEmpty()) {
            switch (authenticity.judge(envelope, content)) {
                case Authenticity.Verdict.Authentic(String why) -> {
                    told.addAll(ifAuthentic);
                    return Optional.of(why);
                }
                case Authenticity.Verdict.NotAuthentic(String why) ->
                    record.notTold(envelope.withRecipients(ifAuthentic), action, ReportOutcome.NOT_AUTHENTIC, why);
                case Authenticity.Verdict.Undecided(String why) ->
                    record.notTold(envelope.withRecipients(ifAuthentic), action, ReportOutcome.UNDECIDED, why);
            }
        } else {
            against.ifPresent(reason -> record.notTold(envelope, action, reason, ""));
        }
        return because;
    }

    private Optional<Settlement.Copy> report(
            ReportKind kind, Envelope about, Mailbox sender, Content content, String because) throws IOException {
        Action action = action(kind);
        Optional<Route> route = route(sender);
        if (route.isEmpty()) {
            record.notTold(about, action, ReportOutcome.NO_SUCH_SENDER, "");
            return Optional.empty();
        }
        if (!isDemanded(kind) && !limits.take(sender.toString())) {
            record.notTold(about, action, ReportOutcome.RATE_LIMITED, "");
            return Optional.empty();
        }
        Instant now = clock.instant();
        QueueId id = QueueId.next(now, random);
        boolean full = action == Action.FAILED
                && !about.requireTls() // RFC 8689 §5
                && about.returnContent().filter("FULL"::equalsIgnoreCase).isPresent();
        byte[] octets = composer.compose(
                new Report(
                        action,
                        about,
                        sender,
                        now,
                        isJustTried(kind, about) ? Optional.of(now) : Optional.empty(),
                        action == Action.DELAYED
                                ? Optional.of(about.arrival().at().plus(schedules.shortestLifetime(about)))
                                : Optional.empty()),
                id,
                Returned.of(content, full));
        record.told(about, action, id, because);
        Envelope envelope = envelope(id, now, sender, octets);
        return Optional.of(new Settlement.Copy.Fresh(
                route.get(), about.requireTls() ? envelope.withRequireTls() : envelope, Content.of(octets)));
    }

    private Envelope envelope(QueueId id, Instant now, Mailbox to, byte[] octets) {
        boolean eightBit = false;
        for (byte octet : octets) {
            eightBit |= octet < 0;
        }
        return new Envelope(
                id,
                new Arrival(now, "127.0.0.1", hostname.name(), Arrival.LOCAL, hostname),
                new ReversePath.Null(),
                List.of(Recipient.of(new ForwardPath.To(to))),
                eightBit ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
                to.needsSmtpUtf8(),
                Optional.empty(),
                Optional.empty(),
                0);
    }

    /** Of a domain that we back up its own, for its MX records may name us; of all others as the DNS says. */
    private Optional<Route> route(Mailbox sender) {
        return switch (tables.verdict(new ForwardPath.To(sender))) {
            case RecipientVerdict.Accepted(Route.Discard _),
                    RecipientVerdict.Unsettled(Route.Discard _, var _, var _) ->
                Optional.empty(); // nobody would be told
            case RecipientVerdict.Accepted(Route route) -> Optional.of(route);
            case RecipientVerdict.Unsettled(Route route, var _, var _) -> Optional.of(route);
            case RecipientVerdict.UnknownUser _, RecipientVerdict.Answered _ -> Optional.empty();
            case RecipientVerdict.IfMxBackup _,
                    RecipientVerdict.RelayDenied _,
                    RecipientVerdict.LeftToPrimary _,
                    RecipientVerdict.Unavailable _ -> Optional.of(new Route.ByMx());
        };
    }
}
