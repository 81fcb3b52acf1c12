package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.ClientRefusal;
import io.backupmx.ingress.protocol.Effect;
import io.backupmx.ingress.protocol.EtrnNode;
import io.backupmx.ingress.protocol.ProxyAttributes;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Receiving;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.ingress.protocol.Step;
import io.backupmx.smtp.ForwardPath;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalLong;

/** Does what is decided in a session, and lets it know what has come of it. Belongs to one event loop. */
final class SessionEffects {

    private final IngressParts parts;
    private final CurrentVisitor visitor;
    private final ContentInput content;
    private final SessionFlow flow;
    private final TlsTurn tls;

    SessionEffects(IngressParts parts, CurrentVisitor visitor, ContentInput content, SessionFlow flow, TlsTurn tls) {
        this.parts = parts;
        this.visitor = visitor;
        this.content = content;
        this.flow = flow;
        this.tls = tls;
    }

    void perform(Effect effect) {
        switch (effect) {
            case Effect.Reply reply -> {
                flow.say(reply.reply());
                visitor.get().tolerance().onReply(reply.reply());
            }
            case Effect.ReplyAgain again -> flow.say(again.reply());
            case Effect.Refuse refuse -> {
                flow.say(refuse.reply());
                visitor.get().tolerance().onRefusal(refuse.reason());
                visitor.get().log().rejected(refuse);
                if (flow.state() instanceof Greeted) { // MAIL was refused, or the mail is over
                    visitor.get().log().forgetForwarded();
                }
                parts.metrics().refused(refuse.reason());
            }
            case Effect.CheckRecipient check -> checkRecipient(check.to());
            case Effect.ReceiveContent _ -> content.begin(deliverableBytes());
            case Effect.ReceiveChunk chunk -> {
                content.begin(chunk, this::deliverableBytes);
                visitor.get().tolerance().onChunk(chunk.bytes());
            }
            case Effect.SkipChunk skip -> content.beginSkipping(skip.bytes());
            case Effect.Store _ -> store();
            case Effect.StartTls start -> tls.start(start.reply());
            case Effect.CallRoutes(EtrnNode node) ->
                flow.apply(visitor.get()
                        .machine()
                        .onEtrn(
                                (Listening) flow.state(),
                                node,
                                parts.advisers().calls().call(node)));
            case Effect.PassOn(InetAddress client) -> passOn(client);
            case Effect.Forward(ProxyAttributes from) -> visitor.get().log().forwarded(from);
            case Effect.ForgetForward _ -> visitor.get().log().forgetForwarded();
            case Effect.Close close -> {
                flow.outcome(ConnectionOutcome.of(close.why()));
                flow.hangUp();
            }
        }
    }

    private OptionalLong deliverableBytes() {
        return visitor.get().machine().deliverableBytes(((Receiving) flow.state()).mail());
    }

    private void checkRecipient(ForwardPath to) {
        int asked = flow.turn();
        MailOpen mail = ((AwaitingRecipient) flow.state()).mail();
        visitor.get()
                .recipients()
                .check(
                        mail.from(),
                        to,
                        answer -> flow.act(() -> {
                            if (asked == flow.turn()
                                    && flow.state() instanceof AwaitingRecipient awaiting) { // else it is too late
                                flow.apply(told(awaiting, answer));
                            }
                        }));
    }

    private Step told(AwaitingRecipient awaiting, RecipientChecks.Answer answer) {
        Visitor client = visitor.get();
        boolean taken = answer.refusal().isEmpty() && client.machine().takes(awaiting, answer.verdict());
        Optional<ClientRefusal> refusal = taken ? client.recipients().take() : answer.refusal();
        if (refusal.isPresent()) {
            return client.machine().onClientRefused(awaiting, refusal.get());
        }
        if (taken) {
            parts.metrics().recipientAccepted();
        }
        return client.machine().onVerdict(awaiting, answer.verdict());
    }

    private void passOn(InetAddress client) {
        visitor.passOn(client.getHostAddress())
                .ifPresentOrElse(
                        why -> flow.turnAway(why.why(), why.reply()),
                        () -> flow.apply(visitor.get().machine().onPassedOn((Listening) flow.state())));
    }

    private void store() {
        MailOpen mail = ((Storing) flow.state()).mail();
        visitor.get().mails().store(mail, content.take(), () -> !flow.hasEnded(), outcome -> {
            if (flow.hasEnded()) {
                visitor.get().log().goneBeforeReply(outcome);
            }
            flow.act(() -> answer(outcome));
        });
    }

    private void answer(MailStore.Outcome outcome) {
        if (flow.state() instanceof Storing storing) {
            Visitor client = visitor.get();
            switch (outcome) {
                case MailStore.Outcome.Stored stored -> {
                    client.tolerance().onMailTaken();
                    flow.apply(client.machine().onStored(storing, stored.id()));
                }
                case MailStore.Outcome.Refused refused ->
                    flow.apply(client.machine().onContentJudged(storing, refused.verdict()));
                case MailStore.Outcome.Unwanted _ -> {} // nobody is there to be told
                case MailStore.Outcome.Failed failed ->
                    flow.apply(client.machine().onStoreFailed(storing, failed.kind()));
            }
        }
    }
}
