package io.backupmx.worker.cli;

import io.backupmx.worker.admin.QueuedMail;
import io.backupmx.worker.admin.QueuedMail.QueuedRecipient;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The queue as Postfix's {@code mailq} prints it with long queue ids (postqueue(1), {@code -p}): {@code *} behind the id
 * of active mail, {@code !} of mail on hold, the reason once before the recipients it holds for; with it, until when.
 */
final class MailqTable {

    private static final String HEADINGS = "----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------";
    private static final int RECIPIENT_COLUMN = 47;
    private static final int REASON_END = 76;

    private final PrintWriter out;
    private final LocalTimes times;
    private final WaitReason reasons;
    private long mails;
    private long bytes;

    /** @param clock of the local zone */
    MailqTable(PrintWriter out, Clock clock) {
        this.out = out;
        this.times = new LocalTimes(clock);
        this.reasons = new WaitReason(times);
    }

    void add(QueuedMail mail) {
        if (mails++ == 0) {
            out.print(HEADINGS + "\n");
        }
        bytes += mail.messageSize();
        String arrival = times.asctime(Instant.ofEpochSecond(mail.arrivalTime()));
        String id = mail.queueId() + mark(mail);
        String sender = Printable.of(mail.sender());
        out.printf(Locale.ROOT, "%-17s %8d %19.19s %s\n", id, mail.messageSize(), arrival, sender);
        Optional<String> shown = Optional.empty();
        for (QueuedRecipient recipient : mail.recipients()) {
            Optional<String> reason = reasons.of(mail, recipient.delayReason()).map(Printable::of);
            if (reason.isPresent() && !reason.equals(shown)) {
                out.print(" ".repeat(Math.max(0, REASON_END - reason.get().length())) + "(" + reason.get() + ")\n");
                shown = reason;
            }
            out.print(" ".repeat(RECIPIENT_COLUMN) + Printable.of(recipient.address()) + "\n");
        }
        out.print("\n");
    }

    void end() {
        if (mails == 0) {
            out.print("Mail queue is empty\n");
        } else {
            out.printf(Locale.ROOT, "-- %d Kbytes in %d Request%s.\n", bytes >> 10, mails, mails == 1 ? "" : "s");
        }
        out.flush();
    }

    private static String mark(QueuedMail mail) {
        return switch (mail.queueName()) {
            case QueuedMail.ACTIVE -> "*";
            case QueuedMail.HOLD -> "!";
            default -> "";
        };
    }
}
