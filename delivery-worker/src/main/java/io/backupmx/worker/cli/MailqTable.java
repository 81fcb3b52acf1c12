package io.backupmx.worker.cli;

import io.backupmx.worker.admin.QueuedMail;
import io.backupmx.worker.admin.QueuedMail.QueuedRecipient;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * The queue as Postfix's {@code mailq} prints it with long queue ids (postqueue(1), {@code -p}): {@code *} behind the id
 * of active mail, {@code !} of mail on hold, the reason once before the recipients it holds for.
 */
final class MailqTable {

    private static final String HEADINGS = "----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------";
    private static final int RECIPIENT_COLUMN = 47;
    private static final int REASON_END = 76;
    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss", Locale.ROOT);

    private final PrintWriter out;
    private final ZoneId zone;
    private long mails;
    private long bytes;

    MailqTable(PrintWriter out, ZoneId zone) {
        this.out = out;
        this.zone = zone;
    }

    void add(QueuedMail mail) {
        if (mails++ == 0) {
            out.print(HEADINGS + "\n");
        }
        bytes += mail.messageSize();
        String arrival =
                ASCTIME.format(Instant.ofEpochSecond(mail.arrivalTime()).atZone(zone));
        String id = mail.queueId() + mark(mail);
        String sender = printable(mail.sender());
        out.printf(Locale.ROOT, "%-17s %8d %19.19s %s\n", id, mail.messageSize(), arrival, sender);
        Optional<String> shown = Optional.empty();
        for (QueuedRecipient recipient : mail.recipients()) {
            Optional<String> reason = recipient.delayReason().map(MailqTable::printable);
            if (reason.isPresent() && !reason.equals(shown)) {
                out.print(" ".repeat(Math.max(0, REASON_END - reason.get().length())) + "(" + reason.get() + ")\n");
                shown = reason;
            }
            out.print(" ".repeat(RECIPIENT_COLUMN) + printable(recipient.address()) + "\n");
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

    /** Peers choose addresses and replies; a terminal must not obey them. */
    private static String printable(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.appendCodePoint(Character.isISOControl(c) || isInvisible(c) ? '?' : c));
        return safe.toString();
    }

    /** Bidirectional overrides and their like, which make a text look like another. */
    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
            default -> false;
        };
    }
}
