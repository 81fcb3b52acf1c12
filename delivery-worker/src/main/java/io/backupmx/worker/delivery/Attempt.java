package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.ReceivedHeader;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.Transaction;
import io.backupmx.smtp.client.TransactionResult;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.gate.Gate;
import io.backupmx.worker.gate.Trouble;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One attempt to deliver one taken mail: as many transactions as it takes to have an outcome for every recipient. */
final class Attempt {

    private final TakenMail mail;
    private final Envelope envelope;
    private final boolean suspect;
    private final Connections connections;
    private final Gate gate;
    private final @Nullable RecipientOutcome[] outcomes;
    private boolean secondTry;
    private boolean metTrouble;

    /** @param suspect whether the mail has been taken suspiciously often */
    Attempt(TakenMail mail, boolean suspect, Connections connections, Gate gate) {
        this.mail = mail;
        this.envelope = mail.envelope();
        this.suspect = suspect;
        this.connections = connections;
        this.gate = gate;
        this.outcomes = new RecipientOutcome[envelope.recipients().size()];
    }

    /** Blocks until every recipient has an outcome. */
    void run() {
        List<Integer> pending = IntStream.range(0, outcomes.length).boxed().toList();
        while (!pending.isEmpty()) {
            pending = deliver(pending);
        }
    }

    /** One for each recipient; {@code otherwise} for those whom a surprise left without. */
    List<RecipientOutcome> outcomes(RecipientOutcome otherwise) {
        List<RecipientOutcome> all = new ArrayList<>(outcomes.length);
        for (RecipientOutcome outcome : outcomes) {
            all.add(outcome != null ? outcome : otherwise);
        }
        return all;
    }

    /** Whether the route's trouble came in a transaction of this mail, which may have provoked it. */
    boolean metTrouble() {
        return metTrouble;
    }

    private List<Integer> deliver(List<Integer> pending) {
        return switch (secondTry ? connections.fresh() : connections.take()) {
            case ConnectResult.Unreachable(String why) -> untried(pending, new Trouble(Trouble.Kind.NO_ANSWER, why));
            case ConnectResult.Unhealthy(String why, boolean _) -> untried(pending, new Trouble(Trouble.Kind.UNHEALTHY, why));
            case ConnectResult.Connected(SmtpConnection connection) ->
                needsSmtpUtf8(pending) && !connection.extensions().smtpUtf8()
                        ? undeliverable(pending, connection)
                        : transact(pending, connection);
        };
    }

    private List<Integer> untried(List<Integer> pending, Trouble trouble) {
        gate.trouble(trouble, connections.busy());
        return end(pending, new RecipientOutcome.Untried(trouble.why()));
    }

    /** RFC 6531 §3.5, §3.6: it cannot be sent there, and a backup has nowhere else to send it. */
    private List<Integer> undeliverable(List<Integer> pending, SmtpConnection connection) {
        connections.giveBack(connection);
        return end(
                pending,
                new RecipientOutcome.Failed(
                        "5.6.7 the mail needs SMTPUTF8, which host " + connection.peer() + " does not offer"));
    }

    private List<Integer> end(List<Integer> pending, RecipientOutcome outcome) {
        pending.forEach(i -> outcomes[i] = outcome);
        return List.of();
    }

    private List<Integer> transact(List<Integer> pending, SmtpConnection connection) {
        TransactionResult result;
        try {
            result = connection.send(transaction(pending));
        } finally {
            connections.giveBack(connection);
        }
        boolean routeAtFault = tellGate(Outcomes.signal(result, secondTry), connection.peer());
        List<Optional<RecipientOutcome>> judged =
                Outcomes.judge(result, connection.peer(), new Circumstances(secondTry, suspect, routeAtFault));
        secondTry |= result.loss().isPresent();
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < pending.size(); i++) {
            int recipient = pending.get(i);
            judged.get(i).ifPresentOrElse(outcome -> outcomes[recipient] = outcome, () -> again.add(recipient));
        }
        return again;
    }

    /** @return whether the route is to blame for a content that was lost */
    private boolean tellGate(RouteSignal signal, String peer) {
        switch (signal) {
            case RouteSignal.Well _ -> gate.delivered();
            case RouteSignal.Nothing _ -> {}
            case RouteSignal.Trouble(String why) -> {
                metTrouble = true;
                gate.trouble(unhealthy(peer, why), connections.busy());
            }
            case RouteSignal.ContentLost(String why) -> {
                boolean routeAtFault = gate.contentLost(envelope.queueId(), unhealthy(peer, why), connections.busy());
                metTrouble |= routeAtFault;
                return routeAtFault;
            }
        }
        return false;
    }

    private static Trouble unhealthy(String peer, String why) {
        return new Trouble(Trouble.Kind.UNHEALTHY, "host " + peer + ": " + why);
    }

    private Transaction transaction(List<Integer> pending) {
        Envelope share = envelope.withRecipients(
                pending.stream().map(i -> envelope.recipients().get(i)).toList());
        return new Transaction(
                envelope.from(),
                share.recipients().stream().map(Recipient::path).toList(),
                // 8-bit content goes out also where 8BITMIME is not offered, as Postfix sends it: RFC 6152 §3 wants it
                // converted, which breaks signatures, or returned, and the primaries that choke on it are gone.
                envelope.body(),
                needsSmtpUtf8(pending),
                ReceivedHeader.of(envelope, ZoneId.systemDefault()),
                mail.content());
    }

    private boolean needsSmtpUtf8(List<Integer> pending) {
        boolean sender = envelope.from() instanceof ReversePath.Sender(var mailbox) && mailbox.needsSmtpUtf8();
        return envelope.smtpUtf8()
                || sender
                || pending.stream()
                        .anyMatch(i -> needsSmtpUtf8(envelope.recipients().get(i)));
    }

    private static boolean needsSmtpUtf8(Recipient recipient) {
        return recipient.path() instanceof ForwardPath.To(var mailbox) && mailbox.needsSmtpUtf8();
    }
}
