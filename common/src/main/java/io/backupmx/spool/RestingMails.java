package io.backupmx.spool;

import io.backupmx.mail.QueueId;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Single mails that rest on queues, as operators look at them and remove them. What a worker has taken does not rest: it is
 * neither shown nor removed. For virtual threads: its methods block, and throw {@link SpoolException}.
 */
public interface RestingMails extends AutoCloseable {

    /** Shows {@code parts}, as far as they are on {@code queues}. Costs the broker a pass over each queue. */
    void look(MailParts parts, List<SpoolQueue> queues, Viewer viewer);

    /** The same of every part of one mail. */
    default void look(QueueId id, List<SpoolQueue> queues, Viewer viewer) {
        look(MailParts.of(List.of(id)), queues, viewer);
    }

    /** Removes {@code parts} from {@code queues}. Returns how many, when the spool's disk knows. */
    int remove(MailParts parts, List<SpoolQueue> queues);

    /** The same of every part of one mail. */
    default int remove(QueueId id, List<SpoolQueue> queues) {
        return remove(MailParts.of(List.of(id)), queues);
    }

    /**
     * Moves {@code parts} from {@code queue} to where it is decided what their senders are told. Each is on one of the two at any
     * time, whatever fails. Returns how many.
     */
    int move(MailParts parts, SpoolQueue queue, SpoolQueue.Reports to);

    /**
     * Removes mail from the head of {@code queue}, oldest first, until {@code judge} lets one stay; of what is passed over, not
     * much. The queue is one that nobody reads: failed mail, or dead letters. Returns how many.
     */
    int prune(SpoolQueue queue, Judge judge);

    @Override
    void close();

    /** Who looks. Must not throw. */
    interface Viewer {

        /**
         * Here is a part.
         *
         * @return where the octets of its content go, which is not closed; empty when nobody wants them. Once it has failed it
         *     gets no more
         */
        Optional<OutputStream> part(ListedMail mail);
    }

    /** Who gives mail up. Must not throw. */
    interface Judge {

        /** What becomes of a mail. */
        enum Verdict {
            /** It is removed. */
            GOES,
            /** It stays, and so does all behind it. */
            STAYS,
            /** It stays, and says nothing of what is behind it. */
            PASSED_OVER
        }

        /** Of the oldest mail that was not passed over. */
        Verdict judge(FailedMail mail);

        /** It is about to be removed. What comes of that may never be known: then this is all that is ever said of it. */
        void removing(FailedMail mail);

        /** It is gone, and the spool's disk knows. */
        void removed(FailedMail mail);
    }
}
