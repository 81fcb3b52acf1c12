package io.backupmx.ingress.protocol;

import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.ReceivedHeader;
import io.backupmx.mail.Recipient;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.RequireTls;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.SmtpReply;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is known of the hosts that a mail would go to, and so may be told its sender now, by its own server: a bounce would come after
 * the outage.
 */
final class WayOnwards {

    /** All are of the same length. */
    private static final QueueId SOME_ID = new QueueId("0".repeat(16));

    private final Domain hostname;
    private final KnownLimits limits;
    private final RequireTls requireTls;

    /** Why a recipient who may get mail cannot have this one. */
    record Objection(SmtpReply reply, Refusal reason) {}

    /** @param hostname ours, as it will be in trace headers */
    WayOnwards(Domain hostname, KnownLimits limits, RequireTls requireTls) {
        this.hostname = hostname;
        this.limits = limits;
        this.requireTls = requireTls;
    }

    /** Whether REQUIRETLS is offered to somebody whom TLS protects (RFC 8689 §2). */
    boolean offersRequireTls() {
        return requireTls.everywhere();
    }

    /** Empty: nothing is known against it. */
    Optional<Objection> against(AwaitingRecipient state, Route route) {
        if (isTooLarge(state.mail(), route)) {
            return Optional.of(new Objection(Replies.tooLargeForPrimary(state.to()), Refusal.TOO_LARGE_FOR_PRIMARY));
        }
        if (needsUtf8InVain(state, route)) {
            return Optional.of(new Objection(Replies.noUtf8AtPrimary(state.to()), Refusal.NO_SMTPUTF8_AT_PRIMARY));
        }
        return state.mail().sender().options().requireTls() ? againstRequireTls(state, route) : Optional.empty();
    }

    /** By what the client says of its size (RFC 1870 §6.1); our trace header is not held against it, for it may be an estimate. */
    private boolean isTooLarge(MailOpen mail, Route route) {
        long declared = mail.sender().options().declaredBytes();
        return declared > 0 && declared > maxSizeBytes(route).orElse(Long.MAX_VALUE);
    }

    /**
     * As {@link SessionMachine#deliverableBytes}. A content is answered once, for all its recipients (RFC 5321 §4.1.1.4): as long as one
     * can have it, it is not to be refused. With it goes our trace header, which counts at the primary (RFC 1870 §3).
     */
    OptionalLong deliverableBytes(MailOpen mail) {
        long most = 0;
        Set<Route> seen = new HashSet<>();
        for (Recipients.Accepted recipient : mail.recipients().asList()) {
            if (seen.add(recipient.route())) {
                OptionalLong limit = maxSizeBytes(recipient.route());
                if (limit.isEmpty()) {
                    return limit;
                }
                most = Math.max(most, limit.getAsLong());
            }
        }
        return seen.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.max(0, most - leastTraceOctets(mail)));
    }

    private OptionalLong maxSizeBytes(Route route) {
        return limits.of(route).map(NextHopLimits::maxSizeBytes).orElse(OptionalLong.empty());
    }

    /** Without the client's address, which is not known here, and of several recipients none named, for their routes part them. */
    private int leastTraceOctets(MailOpen mail) {
        List<Recipient> recipients = mail.recipients().asList().stream()
                .limit(2)
                .map(recipient -> Recipient.of(recipient.path()))
                .toList();
        Arrival arrival =
                new Arrival(Instant.EPOCH, "", mail.before().client().name(), mail.protocol(), mail.tls(), hostname);
        return ReceivedHeader.leastOctets(new Envelope(
                SOME_ID,
                arrival,
                mail.from(),
                recipients,
                mail.sender().options().body(),
                false,
                Optional.empty(),
                Optional.empty(),
                0));
    }

    /** By its addresses: a client says SMTPUTF8 of all its mail, and what the header needs shows only later. */
    private boolean needsUtf8InVain(AwaitingRecipient state, Route route) {
        return (state.to().needsSmtpUtf8() || state.mail().from().needsSmtpUtf8())
                && limits.of(route).filter(known -> !known.smtpUtf8()).isPresent();
    }

    /** It was offered, and is no longer so here: of a primary of which only no word is left, the next one may say yes again. */
    private Optional<Objection> againstRequireTls(AwaitingRecipient state, Route route) {
        return switch (requireTls.by(route)) {
            case KEPT -> Optional.empty();
            case UNKNOWN ->
                Optional.of(
                        new Objection(Replies.requireTlsNotKnown(state.to()), Refusal.REQUIRETLS_NOT_KNOWN_AT_PRIMARY));
            case BROKEN ->
                Optional.of(new Objection(Replies.noRequireTlsAtPrimary(state.to()), Refusal.NO_REQUIRETLS_AT_PRIMARY));
        };
    }
}
