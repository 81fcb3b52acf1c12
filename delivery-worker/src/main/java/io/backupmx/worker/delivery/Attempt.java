package io.backupmx.worker.delivery;

import io.backupmx.mail.Arrival;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.ReceivedHeader;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.OriginalClient;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.Transaction;
import io.backupmx.smtp.client.TransactionResult;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.RouteGate;
import io.backupmx.worker.gate.Trouble;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One attempt to deliver one taken mail: as many transactions as it takes to have an outcome for every recipient. */
final class Attempt {

    private static final Duration SLOW = Duration.ofSeconds(5);

    /** 1 MB/s. */
    private static final long SLOW_BYTES_PER_MILLI = 1000;

    private final TakenMail mail;
    private final Envelope envelope;
    private final boolean suspect;
    private final Connections connections;
    private final RouteGate gate;
    private final BooleanSupplier isSure;
    private final Predicate<ForwardPath> isKnown;
    private final HostTerms hosts;
    private final @Nullable RecipientOutcome[] outcomes;
    private final Set<RecipientOutcome> forOtherHosts = new HashSet<>();
    private boolean secondTry;
    private boolean askedAnew;
    private boolean metTrouble;
    private boolean toldGate;
    private boolean toldRefusal;

    /**
     * @param suspect whether the mail has been taken suspiciously often
     * @param isSure whether this worker may deliver anything, asked right before the mail would be delivered, as is the mail
     *     itself: two connections to the broker, and either may be lost alone
     * @param isKnown whether a recipient is known to exist
     */
    Attempt(
            TakenMail mail,
            boolean suspect,
            Connections connections,
            RouteGate gate,
            BooleanSupplier isSure,
            Predicate<ForwardPath> isKnown,
            HostTerms hosts) {
        this.mail = mail;
        this.envelope = mail.envelope();
        this.suspect = suspect;
        this.connections = connections;
        this.gate = gate;
        this.isSure = isSure;
        this.isKnown = isKnown;
        this.hosts = hosts;
        this.outcomes = new RecipientOutcome[envelope.recipients().size()];
    }

    /** Blocks until every recipient has an outcome; a surprise defers those it leaves without. To be called once. */
    Outlet.Tried toTheEnd() {
        try {
            run();
        } catch (RuntimeException | Error e) {
            Delivery.surprise(envelope, e);
        } finally {
            tellGate();
        }
        return new Outlet.Tried(outcomes(), metTrouble);
    }

    private void run() {
        List<Integer> pending = new ArrayList<>(outcomes.length);
        for (int i = 0; i < outcomes.length; i++) {
            pending.add(i);
        }
        while (!pending.isEmpty()) {
            pending = deliver(pending);
        }
    }

    private List<RecipientOutcome> outcomes() {
        List<RecipientOutcome> all = new ArrayList<>(outcomes.length);
        for (RecipientOutcome outcome : outcomes) {
            all.add(outcome != null ? outcome : RecipientOutcome.INTERNAL_ERROR);
        }
        return all;
    }

    private List<Integer> deliver(List<Integer> pending) {
        return switch (secondTry || askedAnew ? connections.fresh() : connections.take()) {
            case ConnectResult.Unreachable(String why) -> {
                tell(new GateEvent.Met(new Trouble(Trouble.Kind.NO_ANSWER, why), connections.busy()));
                yield untried(pending, why);
            }
            case ConnectResult.Unhealthy(String why, boolean forGood) -> {
                tell(
                        forGood && !gate.believesRefusals()
                                ? new GateEvent.RefusedAll(why)
                                : new GateEvent.Met(new Trouble(Trouble.Kind.UNHEALTHY, why), connections.others()));
                yield untried(pending, why);
            }
            case ConnectResult.Connected(SmtpConnection connection) -> {
                Optional<String> unsafe = RequireTlsRule.against(envelope, connection);
                if (unsafe.isPresent()) {
                    yield notOver(connection, pending, unsafe.get());
                }
                yield connection.extensions().smtpUtf8()
                        ? transact(pending, connection)
                        : transactInAscii(pending, connection);
            }
        };
    }

    /** What was offered long ago is asked for anew; and a mistake that somebody will mend ends no mail (RFC 8689 §4.2.1). */
    private List<Integer> notOver(SmtpConnection connection, List<Integer> pending, String why) {
        boolean asksAnew = !askedAnew && connection.transactions() > 0;
        if (!asksAnew) {
            connection.quit(); // §4.2.1; and else the next one would find it resting, and be told nothing new
        }
        connections.giveBack(connection);
        if (asksAnew) {
            askedAnew = true;
            connections.closeAllIdle(); // there may be no room for one more
            return pending;
        }
        return end(pending, forOtherHosts(why));
    }

    private List<Integer> untried(List<Integer> pending, String why) {
        return end(pending, new RecipientOutcome.Untried(why));
    }

    private void tell(GateEvent event) {
        toldGate = true;
        gate.tell(event);
    }

    /** RFC 6531 §3.5, §3.6: what needs more than ASCII cannot be sent there. What was offered long ago is asked for anew. */
    private List<Integer> transactInAscii(List<Integer> pending, SmtpConnection connection) {
        List<Integer> again =
                new ArrayList<>(pending.stream().filter(this::needsSmtpUtf8).toList());
        List<Integer> others = pending.stream().filter(i -> !needsSmtpUtf8(i)).toList();
        boolean asksAnew = !again.isEmpty() && !askedAnew && connection.transactions() > 0;
        if (!asksAnew) {
            end(again, withoutSmtpUtf8(connection));
            again.clear();
        }
        if (others.isEmpty()) {
            connections.giveBack(connection);
        } else {
            again.addAll(transact(others, connection));
        }
        if (asksAnew) {
            askedAnew = true;
            connections.closeAllIdle(); // there may be no room for one more
        }
        return again;
    }

    /** For good only where a host says so that knows EHLO, and a backup has nowhere else to send it. */
    private RecipientOutcome withoutSmtpUtf8(SmtpConnection connection) {
        return hosts.isOne() && connection.extensions().extended()
                ? new RecipientOutcome.Failed(
                        "5.6.7 the mail needs SMTPUTF8, which host " + connection.peer() + " does not offer")
                : forOtherHosts("host " + connection.peer() + " does not offer SMTPUTF8, which the mail needs");
    }

    /** Not here: the route is well all the same, and the mail to be tried again, for another host may be the first then. */
    private RecipientOutcome forOtherHosts(String why) {
        RecipientOutcome outcome = new RecipientOutcome.Deferred(why);
        forOtherHosts.add(outcome);
        return outcome;
    }

    /** What is too large for one of several hosts another may take. */
    private RecipientOutcome perhapsElsewhere(RecipientOutcome outcome, Optional<SmtpReply> answer) {
        boolean tooLarge = !hosts.isOne() && answer.filter(Outcomes::isTooLarge).isPresent();
        return tooLarge && outcome instanceof RecipientOutcome.Failed(String why) ? forOtherHosts(why) : outcome;
    }

    private List<Integer> end(List<Integer> pending, RecipientOutcome outcome) {
        pending.forEach(i -> outcomes[i] = outcome);
        return List.of();
    }

    private List<Integer> transact(List<Integer> pending, SmtpConnection connection) {
        TransactionResult result;
        long began = System.nanoTime();
        try {
            result = connection.send(transaction(pending), () -> isSure.getAsBoolean() && mail.isOurs());
        } finally {
            connections.giveBack(connection);
        }
        tellIfSlow(Duration.ofNanos(System.nanoTime() - began), connection.peer());
        RouteSignal signal = Outcomes.signal(result, secondTry);
        boolean routeAtFault = tellGate(signal, connection.peer());
        List<Optional<RecipientOutcome>> judged =
                Outcomes.judge(result, connection.peer(), new Circumstances(secondTry, suspect, routeAtFault));
        secondTry |= result.loss().isPresent();
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < pending.size(); i++) {
            int recipient = pending.get(i);
            Optional<SmtpReply> answer = result.answerTo(i);
            Optional<RecipientOutcome> judgement = judged.get(i).map(outcome -> perhapsElsewhere(outcome, answer));
            tellIfRefused(i, envelope.recipients().get(recipient).path(), judgement, result);
            judgement.ifPresentOrElse(
                    outcome -> outcomes[recipient] = outcome instanceof RecipientOutcome.Delivered delivered
                            ? delivered.through(
                                    connection.tls(), connection.extensions().dsn())
                            : outcome,
                    () -> again.add(recipient));
        }
        if (signal instanceof RouteSignal.Well && gate.believesRefusals()) {
            hosts.tookMail().accept(connection);
        }
        return again;
    }

    /** @return whether the route is to blame for a content that was lost */
    private boolean tellGate(RouteSignal signal, String peer) {
        switch (signal) {
            case RouteSignal.Well _ -> tell(new GateEvent.Delivered(1));
            case RouteSignal.Nothing _ -> {}
            case RouteSignal.Trouble(String why) -> {
                metTrouble = true;
                tell(new GateEvent.Met(unhealthy(peer, why), connections.others()));
            }
            case RouteSignal.ContentLost(String why) -> {
                toldGate = true;
                boolean routeAtFault = gate.contentLost(envelope.queueId(), unhealthy(peer, why), connections.others());
                metTrouble |= routeAtFault;
                return routeAtFault;
            }
        }
        return false;
    }

    /** What a well host needs no longer for, however large the mail. */
    private void tellIfSlow(Duration took, String peer) {
        Duration patience = SLOW.plusMillis(mail.content().sizeBytes() / SLOW_BYTES_PER_MILLI);
        if (took.compareTo(patience) > 0) {
            gate.tell(new GateEvent.Slow("host " + peer + " took " + took.toSeconds() + " s"));
        }
    }

    private void tellIfRefused(
            int index, ForwardPath path, Optional<RecipientOutcome> judged, TransactionResult result) {
        if (judged.isPresent() && judged.get() instanceof RecipientOutcome.Failed(String why)) {
            boolean amiss = isKnown.test(path) && Refusals.isOfRecipient(index, result);
            if (amiss || !toldRefusal) { // one word for a mail of a thousand recipients
                toldRefusal = true;
                tell(new GateEvent.Refused(envelope.queueId(), path, amiss, why));
            }
        }
    }

    /** At the end: a mail that got nothing but 4xx counts, but for what is for others, and a trial must not end unheard of. */
    private void tellGate() {
        if (toldGate) {
            return;
        }
        String why = Stream.of(outcomes)
                .filter(Objects::nonNull)
                .filter(outcome -> !forOtherHosts.contains(outcome))
                .map(outcome -> outcome instanceof RecipientOutcome.Deferred(String reason) ? reason : "")
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElse("");
        if (!why.isEmpty() || gate.triesHere()) {
            tell(new GateEvent.TempFailed(envelope.queueId(), why));
        }
    }

    private static Trouble unhealthy(String peer, String why) {
        return new Trouble(Trouble.Kind.UNHEALTHY, "host " + peer + ": " + why);
    }

    private Transaction transaction(List<Integer> pending) {
        return new Transaction(
                envelope.from(),
                pending.stream().map(i -> envelope.recipients().get(i)).toList(),
                // 8-bit content goes out also where 8BITMIME is not offered, as Exim sends it: RFC 6152 §3 wants it
                // converted, which breaks signatures, or returned, and the primaries that choke on it are gone (ADR
                // 0035).
                envelope.body(),
                pending.stream().anyMatch(this::needsSmtpUtf8),
                envelope.requireTls(),
                envelope.envelopeId(),
                envelope.returnContent(),
                // A connection may have been lost for it.
                hosts.mayKnowClient() && !secondTry ? Optional.of(client()) : Optional.empty(),
                ReceivedHeader.of(envelope, ZoneId.systemDefault()),
                mail.content());
    }

    private OriginalClient client() {
        Arrival arrival = envelope.arrival();
        return new OriginalClient(
                arrival.clientAddress(),
                arrival.helo(),
                arrival.protocol(),
                envelope.queueId().toString());
    }

    private boolean needsSmtpUtf8(int recipient) {
        return envelope.smtpUtf8()
                || envelope.from().needsSmtpUtf8()
                || envelope.recipients().get(recipient).path().needsSmtpUtf8();
    }
}
