package io.backupmx.ingress.protocol;

import io.backupmx.ingress.protocol.Effect.Ending;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.SpoolException;
import java.util.List;
import java.util.Optional;

/** What a session has become, and what it does about it, in this order. */
public record Step(SessionState next, List<Effect> effects) {

    public Step {
        effects = List.copyOf(effects);
    }

    static Step reply(SessionState next, SmtpReply reply) {
        return new Step(next, List.of(new Effect.Reply(reply)));
    }

    static Step refuse(SessionState next, SmtpReply reply, Refusal reason, ReversePath from) {
        return new Step(next, List.of(new Effect.Refuse(reply, reason, from, Optional.empty())));
    }

    static Step refuse(SessionState next, SmtpReply reply, Refusal reason, ReversePath from, ForwardPath to) {
        return new Step(next, List.of(new Effect.Refuse(reply, reason, from, Optional.of(to))));
    }

    static Step await(SessionState next, Effect effect) {
        return new Step(next, List.of(effect));
    }

    static Step close(SmtpReply reply, Ending why) {
        return new Step(new Closing(), List.of(new Effect.Reply(reply), new Effect.Close(why)));
    }

    static Step refuseAndClose(SmtpReply reply, Refusal reason, ReversePath from, Ending why) {
        return new Step(
                new Closing(),
                List.of(new Effect.Refuse(reply, reason, from, Optional.empty()), new Effect.Close(why)));
    }

    static Step stay(SessionState state) {
        return new Step(state, List.of());
    }

    /** The spool takes no mail. */
    static Step noRoom(SessionState next, SpoolException.Kind kind, ReversePath from) {
        return switch (kind) {
            case FULL -> refuse(next, Replies.NO_ROOM, Refusal.SPOOL_FULL, from);
            case UNAVAILABLE, REFUSED -> refuse(next, Replies.SPOOL_UNAVAILABLE, Refusal.SPOOL_UNAVAILABLE, from);
        };
    }
}
