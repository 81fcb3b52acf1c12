package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.worker.delivery.RecipientOutcome.Deferred;
import io.backupmx.worker.delivery.RecipientOutcome.Delivered;
import io.backupmx.worker.delivery.RecipientOutcome.Failed;
import io.backupmx.worker.delivery.RecipientOutcome.Postponed;
import io.backupmx.worker.delivery.RecipientOutcome.Untried;
import io.backupmx.worker.dsn.Diagnosis;
import io.backupmx.worker.report.Wishes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a mail leaves the worker's hands. Delivered recipients are done with; the deferred wait, each for its time, with one more attempt on
 * their account; the postponed wait, each for its time, without; the failed wait for an operator, or for their sender to be told; the untried go back, in place when they are all there are, else behind
 * the queue, no attempt burnt.
 */
final class Settlements {

    /** A reply of a hundred lines is not carried along for ever. */
    private static final int MAX_REPLY_CHARS = 1000;

    private Settlements() {}

    /**
     * @param outcomes one for each recipient of {@code envelope}, in order
     * @param delays of each of them, if it is deferred
     * @param wishes of whom the sender may have to be told
     */
    static Settlement of(Envelope envelope, List<RecipientOutcome> outcomes, List<Duration> delays, Wishes wishes) {
        Map<Duration, List<Recipient>> deferred = new TreeMap<>();
        List<Recipient> failed = new ArrayList<>();
        List<Recipient> untried = new ArrayList<>();
        List<Recipient> relayed = new ArrayList<>();
        List<Recipient> delayed = new ArrayList<>();
        Map<Duration, List<Recipient>> postponed = new TreeMap<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Recipient recipient = envelope.recipients().get(i);
            switch (outcomes.get(i)) {
                case Delivered(var reply, var host, var _, boolean toldOn) -> {
                    if (!toldOn && wishes.ifRelayed(recipient)) {
                        relayed.add(recipient.withLastReply(cut(Diagnosis.said(host, reply))));
                    }
                }
                case Deferred(String why) -> add(deferred, delays.get(i), recipient, why);
                case Failed(String why) -> failed.add(recipient.withLastReply(cut(why)));
                case Postponed(String why, Duration wait, boolean _) -> add(postponed, wait, recipient, why);
                case Untried _ -> untried.add(recipient);
            }
        }
        if (untried.size() == outcomes.size()) {
            return new Settlement.GiveBack();
        }
        Stream.of(deferred, postponed)
                .flatMap(waiting -> waiting.values().stream())
                .flatMap(List::stream)
                .filter(wishes::ifDelayed)
                .forEach(delayed::add);
        Envelope waits = delayed.isEmpty() ? envelope : envelope.withDelayReported();
        List<Settlement.Copy> copies = new ArrayList<>();
        Envelope tried = waits.withAttempts(envelope.attempts() + 1);
        deferred.forEach(
                (delay, waiting) -> copies.add(new Settlement.Copy.Retry(tried.withRecipients(waiting), delay)));
        postponed.forEach(
                (wait, waiting) -> copies.add(new Settlement.Copy.Retry(waits.withRecipients(waiting), wait)));
        copies.addAll(failed(envelope.withAttempts(envelope.attempts() + 1), failed, wishes));
        if (!untried.isEmpty()) {
            copies.add(new Settlement.Copy.Requeued(envelope.withRecipients(untried)));
        }
        report(envelope, relayed, ReportKind.RELAYED).ifPresent(copies::add);
        report(envelope, delayed, ReportKind.DELAYED).ifPresent(copies::add);
        return new Settlement.Replace(List.copyOf(copies));
    }

    private static void add(Map<Duration, List<Recipient>> waiting, Duration delay, Recipient recipient, String why) {
        waiting.computeIfAbsent(delay, _ -> new ArrayList<>()).add(recipient.withLastReply(cut(why)));
    }

    /** All of it has failed; each recipient's last reply says why. */
    static Settlement failed(Envelope envelope, Wishes wishes) {
        return new Settlement.Replace(failed(envelope, envelope.recipients(), wishes));
    }

    private static List<Settlement.Copy> failed(Envelope envelope, List<Recipient> failed, Wishes wishes) {
        Map<Boolean, List<Recipient>> byWish = failed.stream().collect(Collectors.partitioningBy(wishes::ifFailed));
        List<Settlement.Copy> copies = new ArrayList<>();
        List<Recipient> untold = byWish.getOrDefault(false, List.of());
        if (!untold.isEmpty()) {
            copies.add(new Settlement.Copy.Failed(envelope.withRecipients(untold)));
        }
        report(envelope, byWish.getOrDefault(true, List.of()), ReportKind.FAILED)
                .ifPresent(copies::add);
        return copies;
    }

    private static Optional<Settlement.Copy> report(Envelope envelope, List<Recipient> about, ReportKind kind) {
        return about.isEmpty()
                ? Optional.empty()
                : Optional.of(new Settlement.Copy.Report(envelope.withRecipients(about), kind));
    }

    private static String cut(String why) {
        return why.length() <= MAX_REPLY_CHARS ? why : why.substring(0, MAX_REPLY_CHARS) + "…";
    }
}
