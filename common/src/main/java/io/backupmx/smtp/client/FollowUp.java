package io.backupmx.smtp.client;

import io.backupmx.smtp.SmtpReply;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Octets that leave on the event loop as soon as the replies to what was written before allow it: the thread that waits for
 * the last reply need not be woken for those before. At other replies, or none, nothing leaves, and the thread decides.
 *
 * @param replies how many have to be there, and no more
 * @param allowedBy whether those allow it
 * @param mayLeave asked right before it leaves, on the event loop: must not block
 * @param lookAfter the first moment at which something may be overdue then
 */
record FollowUp(
        int replies,
        Predicate<List<SmtpReply>> allowedBy,
        BooleanSupplier mayLeave,
        Buffer octets,
        Duration lookAfter) {

    boolean isDue(List<SmtpReply> unread) {
        return unread.size() == replies && allowedBy.test(unread) && mayLeave.getAsBoolean();
    }
}
