package io.backupmx.worker.delivery;

import io.backupmx.config.Durations;
import io.backupmx.mail.Envelope;
import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.client.Loss;
import io.backupmx.smtp.client.TransactionResult;
import io.backupmx.worker.delivery.RecipientOutcome.Deferred;
import io.backupmx.worker.delivery.RecipientOutcome.Delivered;
import io.backupmx.worker.delivery.RecipientOutcome.Failed;
import io.backupmx.worker.delivery.RecipientOutcome.Postponed;
import io.backupmx.worker.delivery.RecipientOutcome.Untried;
import io.backupmx.worker.dsn.Diagnosis;
import io.backupmx.worker.retry.RetrySchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What replies, and their absence, mean for each recipient. The rule first: only an explicit 5xx ends a recipient, surprises
 * defer.
 *
 * <ul>
 *   <li>An answer decides: 2xx delivered, 5xx failed, anything else deferred. 552 to RCPT is 452 in old clothes (RFC 5321
 *       §4.5.3.1.10), unless its enhanced status says that it means it; 530, 534 and 538 before the content want a password
 *       or TLS of us, and are as 4xx. Recipients that were one too many for a
 *       transaction that went through are tried again at once.
 *   <li>Without an answer, after the final dot: deferred, for it may have been delivered (RFC 1047).
 *   <li>Within the content: deferred, or untried where the gate blames the route or we stopped ourselves.
 *   <li>Before the content, the first time a connection was lost, or ended by 421: once more at once, on a fresh
 *       connection, because a kept one may simply have grown old. Then a timeout, and 421 in place of an answer to MAIL,
 *       are the route's trouble: untried. Anything else came in answer to this mail: deferred.
 * </ul>
 */
final class Outcomes {

    private static final int SERVICE_CLOSING = 421;

    /** The subject of enhanced status codes that are about security and policy (RFC 3463 §3.8). */
    private static final int SECURITY = 7;

    private static final EnhancedStatus TOO_LARGE = new EnhancedStatus(5, 3, 4);

    private Outcomes() {}

    /** One outcome for each recipient of the transaction; empty for those who are to be tried once more at once. */
    static List<Optional<RecipientOutcome>> judge(TransactionResult result, String host, Circumstances circumstances) {
        List<Optional<RecipientOutcome>> outcomes = new ArrayList<>();
        boolean taken = result.content().filter(SmtpReply::isPositive).isPresent();
        for (int i = 0; i < result.recipients().size(); i++) {
            Optional<SmtpReply> answer = answerTo(i, result);
            if (answer.isEmpty()) {
                outcomes.add(unanswered(result, host, circumstances));
            } else if (taken && isOneTooMany(result.recipients().get(i))) {
                outcomes.add(Optional.empty());
            } else {
                boolean toRecipient = answer.equals(result.recipients().get(i));
                boolean toContent = !toRecipient && !answer.equals(result.mail()) && !answer.equals(result.data());
                boolean notYet = (toRecipient && isOldTooMany(answer.get())) || (!toContent && isAboutUs(answer.get()));
                outcomes.add(Optional.of(answered(answer.get(), notYet, host)));
            }
        }
        return outcomes;
    }

    /** 421 before the content says nothing about the mail: whatever was asked got no answer (RFC 5321 §3.8). */
    private static Optional<SmtpReply> answerTo(int index, TransactionResult result) {
        boolean lostBefore = result.loss()
                .filter(loss -> loss.phase() == Loss.Phase.BEFORE_CONTENT)
                .isPresent();
        return result.answerTo(index).filter(reply -> !(lostBefore && reply.code() == SERVICE_CLOSING));
    }

    private static RecipientOutcome answered(SmtpReply reply, boolean notYet, String host) {
        String why = Diagnosis.said(host, reply);
        if (reply.isPositive()) {
            return new Delivered(reply, host);
        }
        return reply.isPermanentFailure() && !notYet ? new Failed(why) : new Deferred(why);
    }

    private static Optional<RecipientOutcome> unanswered(
            TransactionResult result, String host, Circumstances circumstances) {
        if (result.loss().isEmpty()) {
            return Optional.of(new Deferred("host " + host + " gave no answer")); // cannot be; a surprise defers
        }
        Loss loss = result.loss().get();
        String why = "host " + host + ": " + loss.why();
        return switch (loss.phase()) {
            case AFTER_DOT -> Optional.of(new Deferred(why + ", after the final dot: perhaps delivered"));
            case IN_CONTENT -> Optional.of(inContent(loss.cause(), why + ", within the content", circumstances));
            case BEFORE_CONTENT -> beforeContent(loss.cause(), why, result.mail(), circumstances);
        };
    }

    private static RecipientOutcome inContent(Loss.Cause cause, String why, Circumstances circumstances) {
        return switch (cause) {
            case ABORTED -> new Untried(why);
            case CONTENT_UNREADABLE -> new Deferred(why);
            case CLOSED, TIMED_OUT, GARBAGE, SERVICE_CLOSING ->
                circumstances.routeAtFault() ? routesTrouble(why, circumstances) : new Deferred(why);
        };
    }

    private static Optional<RecipientOutcome> beforeContent(
            Loss.Cause cause, String why, Optional<SmtpReply> mail, Circumstances circumstances) {
        return switch (cause) {
            case ABORTED -> Optional.of(new Untried(why));
            case TIMED_OUT -> Optional.of(routesTrouble(why, circumstances));
            case CLOSED, GARBAGE, SERVICE_CLOSING, CONTENT_UNREADABLE -> {
                if (!circumstances.secondTry()) {
                    yield Optional.empty();
                }
                yield Optional.of(isClosingAtMail(cause, mail) ? routesTrouble(why, circumstances) : new Deferred(why));
            }
        };
    }

    private static RecipientOutcome routesTrouble(String why, Circumstances circumstances) {
        return circumstances.suspect() ? new Deferred(why) : new Untried(why);
    }

    private static boolean isClosingAtMail(Loss.Cause cause, Optional<SmtpReply> mail) {
        return cause == Loss.Cause.SERVICE_CLOSING
                && mail.filter(SmtpReply::isPositive).isEmpty();
    }

    private static boolean isOneTooMany(Optional<SmtpReply> reply) {
        return reply.filter(r -> r.code() == 452 ? isBareOr(r, 4) : isOldTooMany(r))
                .isPresent();
    }

    /** It wants a password or TLS of us (RFC 4954 §6, RFC 3207 §4), and no mail is the worse for that. */
    private static boolean isAboutUs(SmtpReply reply) {
        boolean wantsMore = reply.code() == 530 || reply.code() == 534 || reply.code() == 538;
        return wantsMore
                && reply.status().filter(status -> status.subject() != SECURITY).isEmpty();
    }

    /** As RFC 1870 §6.1 has it, or RFC 3463 §3.4. */
    static boolean isTooLarge(SmtpReply reply) {
        return reply.code() == 552
                && (reply.status().isEmpty() || reply.status().get().equals(TOO_LARGE));
    }

    private static boolean isOldTooMany(SmtpReply reply) {
        return reply.code() == 552 && isBareOr(reply, 5);
    }

    /** No enhanced status, or "too many recipients" (RFC 3463 §3.6). */
    private static boolean isBareOr(SmtpReply reply, int statusClass) {
        return reply.status().isEmpty() || reply.status().get().equals(new EnhancedStatus(statusClass, 5, 3));
    }

    /** The untried are deferred: what kept them from being tried was their own doing. */
    static List<RecipientOutcome> deferred(List<RecipientOutcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome instanceof Untried(String why) ? new Deferred(why) : outcome)
                .toList();
    }

    /** A next hop that has just come back may be wrong: a refusal counts only when it is repeated. */
    static List<RecipientOutcome> deferredIfRefused(List<RecipientOutcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome instanceof Failed(String why)
                        ? new Deferred(why + " (not believed yet: it has just come back)")
                        : outcome)
                .toList();
    }

    /** In quarantine nobody is refused, for what the next hop says is known to be wrong. */
    static List<RecipientOutcome> untriedIfRefused(List<RecipientOutcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome instanceof Failed(String why) ? new Untried(why) : outcome)
                .toList();
    }

    static List<RecipientOutcome> allFailed(Envelope envelope, String why) {
        return envelope.recipients().stream()
                .<RecipientOutcome>map(_ -> new Failed(why))
                .toList();
    }

    /**
     * Whoever waits and has had his time is given up (RFC 5321 §4.5.4.1).
     *
     * @param next of each recipient, in order
     */
    static List<RecipientOutcome> expired(List<RecipientOutcome> outcomes, List<RetrySchedule.Next> next) {
        List<RecipientOutcome> ended = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            RecipientOutcome outcome = outcomes.get(i);
            ended.add(
                    next.get(i) instanceof RetrySchedule.Next.Expired(Duration maxLifetime, Duration _)
                            ? expired(outcome, maxLifetime)
                            : outcome);
        }
        return List.copyOf(ended);
    }

    private static RecipientOutcome expired(RecipientOutcome outcome, Duration maxLifetime) {
        return switch (outcome) {
            case Deferred(String why) -> new Failed(givenUp(maxLifetime, why));
            case Postponed(String why, Duration _, boolean _) -> new Failed(givenUp(maxLifetime, why));
            case Delivered _, Failed _, Untried _ -> outcome;
        };
    }

    /** @param why it could not be delivered */
    static String givenUp(Duration maxLifetime, String why) {
        return "given up after " + Durations.format(maxLifetime) + ": " + why;
    }

    /** What a lost connection says about the route, to be told to its gate. */
    static RouteSignal signal(TransactionResult result, boolean secondTry) {
        if (result.loss().isEmpty() || result.content().isPresent()) {
            return result.content().filter(SmtpReply::isPositive).isPresent()
                    ? new RouteSignal.Well()
                    : new RouteSignal.Nothing();
        }
        Loss loss = result.loss().get();
        return switch (loss.cause()) {
            case ABORTED, CONTENT_UNREADABLE -> new RouteSignal.Nothing();
            case TIMED_OUT, CLOSED, GARBAGE, SERVICE_CLOSING ->
                switch (loss.phase()) {
                    case IN_CONTENT, AFTER_DOT -> new RouteSignal.ContentLost(loss.why());
                    case BEFORE_CONTENT ->
                        loss.cause() == Loss.Cause.TIMED_OUT
                                        || (secondTry && isClosingAtMail(loss.cause(), result.mail()))
                                ? new RouteSignal.Trouble(loss.why())
                                : new RouteSignal.Nothing();
                };
        };
    }
}
