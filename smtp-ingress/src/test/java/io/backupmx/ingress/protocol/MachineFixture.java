package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Sender;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.Optional;
import java.util.stream.Collectors;

/** Sessions as they may stand, and what is said of a step. */
abstract class MachineFixture {

    static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    static final Client CLIENT = new Client("client.example", true, Optional.empty());
    static final Connected CONNECTED = new Connected(Optional.empty());
    static final Greeted GREETED = new Greeted(CLIENT);
    static final ForwardPath ALICE = new ForwardPath.To(Mailbox.of("alice@example.test"));
    static final MailOpen MAIL =
            new MailOpen(GREETED, new Sender(new ReversePath.Null(), MailOptions.NONE), Recipients.NONE, false);
    static final MailOpen MAIL_FOR_ALICE =
            MAIL.with(Recipients.NONE.with(new Recipients.Accepted(ALICE, RcptOptions.NONE, ROUTE)));

    final SessionMachine machine = new SessionMachine(Domain.of("mx2.example.net"), IngressConfig.DEFAULT);

    Step say(Listening state, String line) {
        return machine.onCommand(state, CommandParser.parse(line), Room.OPEN);
    }

    static void assertStep(Step step, SessionState next, String reply) {
        assertThat(step.next()).isEqualTo(next);
        assertThat(said(step)).isEqualTo(reply);
        assertThat(step.effects()).hasSize(1);
    }

    static void assertClosing(Step step, String reply, Effect.Ending why) {
        assertThat(step.next()).isEqualTo(new Closing());
        assertThat(said(step)).isEqualTo(reply);
        assertThat(step.effects()).hasSize(2).last().isEqualTo(new Effect.Close(why));
    }

    static void assertRefusal(Step step, Refusal reason) {
        assertThat(step.effects())
                .anyMatch(effect -> effect instanceof Effect.Refuse refuse && refuse.reason() == reason);
    }

    static String said(Step step) {
        return step.effects().stream()
                .map(effect -> switch (effect) {
                    case Effect.Reply reply -> reply.reply().toString();
                    case Effect.ReplyAgain again -> again.reply().toString();
                    case Effect.Refuse refuse -> refuse.reply().toString();
                    case Effect.CheckRecipient _,
                            Effect.ReceiveContent _,
                            Effect.ReceiveChunk _,
                            Effect.SkipChunk _,
                            Effect.Store _,
                            Effect.StartTls _,
                            Effect.CallRoutes _,
                            Effect.PassOn _,
                            Effect.Forward _,
                            Effect.ForgetForward _,
                            Effect.Close _ -> "";
                })
                .collect(Collectors.joining());
    }
}
