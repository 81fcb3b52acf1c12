package io.backupmx.worker.notice;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A look at failed mail: how much of it is reports that could not be delivered (double bounces), and the newest few. Bounded in
 * mails and in time, for a broker shows large mail only to those who read all of it.
 */
final class FailedSample {

    static final int NEWEST = 10;
    static final int MAX_MAILS = 20_000;

    private static final Duration MAX_TIME = Duration.ofSeconds(60);

    private final Deque<String> newest = new ArrayDeque<>();
    private long seen;
    private long doubleBounces;
    private boolean cut;

    /** Blocks. */
    static FailedSample of(SpoolAdmin spool, LongSupplier nanoTime) {
        FailedSample sample = new FailedSample();
        long end = nanoTime.getAsLong() + MAX_TIME.toNanos();
        spool.browse(List.of(new SpoolQueue.DeadLetter(), new SpoolQueue.Failed()), mail -> {
            sample.cut = sample.seen == MAX_MAILS || nanoTime.getAsLong() - end > 0;
            if (!sample.cut) {
                sample.add(mail);
            }
            return !sample.cut;
        });
        return sample;
    }

    private void add(ListedMail mail) {
        seen++;
        if (mail.envelope().from() instanceof ReversePath.Null) {
            doubleBounces++;
        }
        newest.addFirst(describe(mail.envelope()));
        if (newest.size() > NEWEST) {
            newest.removeLast();
        }
    }

    private static String describe(Envelope envelope) {
        Recipient first = envelope.recipients().getFirst();
        int others = envelope.recipients().size() - 1;
        return envelope.queueId() + "\n  from "
                + Wording.foreign(envelope.from().toString()) + "\n  to "
                + Wording.foreign(first.path().toString()) + (others == 0 ? "" : " and " + others + " more") + "\n  "
                + first.lastReply().map(Wording::foreign).orElse("no reason is known") + "\n";
    }

    void describe(StringBuilder text) {
        if (seen == 0) {
            return;
        }
        text.append("Reports among them that could not be delivered (double bounces): ")
                .append(doubleBounces);
        text.append(cut ? ", of the first " + seen + ".\n" : ".\n");
        text.append(cut ? "Of these the newest:\n\n" : "The newest:\n\n");
        text.append(String.join("\n", newest));
    }
}
