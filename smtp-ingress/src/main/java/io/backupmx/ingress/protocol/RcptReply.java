package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Sender;
import io.backupmx.mail.BodyType;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.SpoolWriter.Room;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a client would be told at its first RCPT, of a mail that may hold more than ASCII: said by the session itself, so that it
 * cannot be told otherwise.
 */
public final class RcptReply {

    private static final SessionMachine MACHINE = new SessionMachine(Domain.of("localhost"), IngressConfig.DEFAULT);
    private static final MailOptions WITH_UTF8 =
            new MailOptions(BodyType.SEVEN_BIT, 0, true, Optional.empty(), Optional.empty());
    private static final MailOpen OPEN = new MailOpen(
            new Greeted(new Client("localhost", true, Optional.empty())),
            new Sender(new ReversePath.Null(), WITH_UTF8),
            Recipients.NONE,
            false);

    private RcptReply() {}

    /**
     * @param address without angle brackets
     * @param verdicts asked when the address is one
     */
    public static SmtpReply to(String address, Function<ForwardPath, RecipientVerdict> verdicts) {
        Step step = MACHINE.onCommand(OPEN, CommandParser.parse(octets("RCPT TO:<" + address + ">")), Room.OPEN);
        if (step.next() instanceof AwaitingRecipient awaiting) {
            step = MACHINE.onVerdict(awaiting, verdicts.apply(awaiting.to()));
        }
        return step.effects().stream()
                .map(RcptReply::said)
                .findFirst()
                .orElseThrow(() -> new AssertionError("every RCPT is answered"));
    }

    /** As they come from the network, one a character. */
    private static String octets(String line) {
        return new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static SmtpReply said(Effect effect) {
        return switch (effect) {
            case Effect.Reply(var reply) -> reply;
            case Effect.Refuse refusal -> refusal.reply();
            case Effect.CheckRecipient _,
                    Effect.ReplyAgain _,
                    Effect.ReceiveContent _,
                    Effect.ReceiveChunk _,
                    Effect.SkipChunk _,
                    Effect.Store _,
                    Effect.StartTls _,
                    Effect.CallRoutes _,
                    Effect.PassOn _,
                    Effect.Forward _,
                    Effect.ForgetForward _,
                    Effect.Close _ -> throw new AssertionError("RCPT is answered first");
        };
    }
}
