package io.backupmx.smtp.client;

import io.backupmx.smtp.SmtpReply;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replies that nobody has read yet, and what they cost in memory. For one thread at a time. */
final class UnreadReplies {

    /** More than the replies to all that anybody pipelines. */
    private static final int MAX_OCTETS = 1 << 20;

    /** What a line costs beside its text. */
    private static final int LINE_OCTETS = 64;

    private final ArrayDeque<SmtpReply> replies = new ArrayDeque<>();
    private int octets;

    void add(SmtpReply reply) {
        replies.add(reply);
        octets += octetsOf(reply);
    }

    /** The oldest, which is read now. */
    @Nullable
    SmtpReply poll() {
        SmtpReply reply = replies.poll();
        if (reply != null) {
            octets -= octetsOf(reply);
        }
        return reply;
    }

    /** All of them, the oldest first; they stay unread. */
    List<SmtpReply> all() {
        return List.copyOf(replies);
    }

    boolean isEmpty() {
        return replies.isEmpty();
    }

    /** Whether the peer sends them faster than anybody could have asked for them. */
    boolean isFlood() {
        return octets > MAX_OCTETS;
    }

    private static int octetsOf(SmtpReply reply) {
        return reply.lines().stream()
                .mapToInt(line -> line.length() + LINE_OCTETS)
                .sum();
    }
}
