package io.backupmx.ingress.protocol;

import io.backupmx.ingress.protocol.Effect.Ending;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.smtp.SmtpReply;
import java.util.List;

/** What a session has become, and what it does about it, in this order. */
public record Step(SessionState next, List<Effect> effects) {

    public Step {
        effects = List.copyOf(effects);
    }

    static Step reply(SessionState next, SmtpReply reply) {
        return new Step(next, List.of(new Effect.Reply(reply)));
    }

    static Step refuse(SessionState next, SmtpReply reply, Refusal reason) {
        return new Step(next, List.of(new Effect.Refuse(reply, reason)));
    }

    static Step await(SessionState next, Effect effect) {
        return new Step(next, List.of(effect));
    }

    static Step close(SmtpReply reply, Ending why) {
        return new Step(new Closing(), List.of(new Effect.Reply(reply), new Effect.Close(why)));
    }

    static Step stay(SessionState state) {
        return new Step(state, List.of());
    }
}
