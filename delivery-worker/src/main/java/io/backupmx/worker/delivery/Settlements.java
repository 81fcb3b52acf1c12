package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.spool.Settlement;
import io.backupmx.worker.delivery.RecipientOutcome.Deferred;
import io.backupmx.worker.delivery.RecipientOutcome.Delivered;
import io.backupmx.worker.delivery.RecipientOutcome.Failed;
import io.backupmx.worker.delivery.RecipientOutcome.Postponed;
import io.backupmx.worker.delivery.RecipientOutcome.Untried;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a mail leaves the worker's hands. Delivered recipients are done with; the deferred wait with one more attempt on
 * their account; the postponed wait, each for its time, without; the failed wait for an operator; the untried go back, in place when they are all there are, else behind
 * the queue, no attempt burnt.
 */
final class Settlements {

    /** A reply of a hundred lines is not carried along for ever. */
    private static final int MAX_REPLY_CHARS = 1000;

    private Settlements() {}

    /** @param outcomes one for each recipient of {@code envelope}, in order */
    static Settlement of(Envelope envelope, List<RecipientOutcome> outcomes, Duration retryDelay) {
        List<Recipient> deferred = new ArrayList<>();
        List<Recipient> failed = new ArrayList<>();
        List<Recipient> untried = new ArrayList<>();
        Map<Duration, List<Recipient>> postponed = new TreeMap<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Recipient recipient = envelope.recipients().get(i);
            switch (outcomes.get(i)) {
                case Delivered _ -> {}
                case Deferred(String why) -> deferred.add(recipient.withLastReply(cut(why)));
                case Failed(String why) -> failed.add(recipient.withLastReply(cut(why)));
                case Postponed(String why, Duration wait, boolean _) ->
                    postponed.computeIfAbsent(wait, _ -> new ArrayList<>()).add(recipient.withLastReply(cut(why)));
                case Untried _ -> untried.add(recipient);
            }
        }
        if (untried.size() == outcomes.size()) {
            return new Settlement.GiveBack();
        }
        List<Settlement.Copy> copies = new ArrayList<>();
        if (!deferred.isEmpty()) {
            Envelope rest = envelope.withRecipients(deferred).withAttempts(envelope.attempts() + 1);
            copies.add(new Settlement.Copy.Retry(rest, retryDelay));
        }
        postponed.forEach(
                (wait, waiting) -> copies.add(new Settlement.Copy.Retry(envelope.withRecipients(waiting), wait)));
        if (!failed.isEmpty()) {
            Envelope rest = envelope.withRecipients(failed).withAttempts(envelope.attempts() + 1);
            copies.add(new Settlement.Copy.Failed(rest));
        }
        if (!untried.isEmpty()) {
            copies.add(new Settlement.Copy.Requeued(envelope.withRecipients(untried)));
        }
        return new Settlement.Replace(List.copyOf(copies));
    }

    private static String cut(String why) {
        return why.length() <= MAX_REPLY_CHARS ? why : why.substring(0, MAX_REPLY_CHARS) + "…";
    }
}
