package io.backupmx.ingress.protocol;

import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RequireTls;
import io.backupmx.route.Route;
import io.backupmx.smtp.SmtpReply;
import java.util.Optional;

/**
 * What is known of the hosts that a mail would go to, and so may be told its sender now, by its own server: a bounce would come after
 * the outage.
 */
final class WayOnwards {

    private final KnownLimits limits;
    private final RequireTls requireTls;

    /** Why a recipient who may get mail cannot have this one. */
    record Objection(SmtpReply reply, Refusal reason) {}

    WayOnwards(KnownLimits limits, RequireTls requireTls) {
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

    /** By what the client says of its size (RFC 1870 §6.1); our trace header is not held against it. */
    private boolean isTooLarge(MailOpen mail, Route route) {
        long declared = mail.sender().options().declaredBytes();
        return declared > 0
                && limits.of(route)
                        .filter(known -> known.maxSizeBytes().isPresent()
                                && declared > known.maxSizeBytes().getAsLong())
                        .isPresent();
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
