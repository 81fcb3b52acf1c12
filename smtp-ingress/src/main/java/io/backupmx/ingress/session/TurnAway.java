package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.Replies;
import io.backupmx.ingress.session.ConnectionLimits.Admission;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.SmtpReply;
import java.util.Optional;

/** Why a client gets no session, and what it is told. */
record TurnAway(ConnectionOutcome why, SmtpReply reply) {

    /** Empty for who is admitted. */
    static Optional<TurnAway> of(Admission admission, Domain us) {
        return switch (admission) {
            case ADMITTED, ADMITTED_AS_ONE_OF_MANY -> Optional.empty();
            case TOO_MANY -> Optional.of(new TurnAway(ConnectionOutcome.TOO_MANY, Replies.tooManyConnections(us)));
            case TOO_MANY_FROM_ADDRESS ->
                Optional.of(
                        new TurnAway(ConnectionOutcome.TOO_MANY_FROM_ADDRESS, Replies.tooManyConnectionsFromYou(us)));
            case TOO_FAST_FROM_ADDRESS ->
                Optional.of(new TurnAway(ConnectionOutcome.TOO_FAST_FROM_ADDRESS, Replies.tooFastFromYou(us)));
        };
    }
}
