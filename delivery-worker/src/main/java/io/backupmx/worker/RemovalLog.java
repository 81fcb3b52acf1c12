package io.backupmx.worker;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.ops.MailLog;
import io.backupmx.spool.ListedMail;
import java.util.Optional;

/** A line in the mail log for each recipient of a mail that is gone without having been delivered or bounced. */
public final class RemovalLog {

    private RemovalLog() {}

    /**
     * @param by who has removed it, {@code admin} for an operator
     * @param why for people
     */
    public static void removed(ListedMail mail, String by, String why) {
        Envelope envelope = mail.envelope();
        for (Recipient recipient : envelope.recipients()) {
            var line = MailLog.LOG
                    .atInfo()
                    .addKeyValue("queue_id", envelope.queueId())
                    .addKeyValue("from", envelope.from())
                    .addKeyValue("to", recipient.path())
                    .addKeyValue("next_hop", mail.route())
                    .addKeyValue("size", mail.sizeBytes())
                    .addKeyValue("by", by)
                    .addKeyValue("reason", why);
            Optional<String> last = recipient.lastReply();
            last.map(reply -> line.addKeyValue("last_reply", reply))
                    .orElse(line)
                    .log("deleted");
        }
    }
}
