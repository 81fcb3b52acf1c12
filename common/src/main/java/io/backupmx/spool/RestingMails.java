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

    /**
     * Shows every part of the mail {@code id} on {@code queues}: a mail for several routes has one on each, and of one route
     * the recipients may wait in different places. Costs the broker a pass over each queue.
     */
    void look(QueueId id, List<SpoolQueue> queues, Viewer viewer);

    /** Removes every part of the mail {@code id} on {@code queues}. Returns how many, when the spool's disk knows. */
    int remove(QueueId id, List<SpoolQueue> queues);

    /**
     * Removes mail from the head of {@code queue}, oldest first, for as long as {@code judge} gives it up. The queue is one that
     * nobody reads: failed mail, or dead letters. Returns how many.
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

        /** Whether the mail, which is the oldest there is, goes; else it stays, and so does all behind it. */
        boolean isOver(FailedMail mail);

        /** It is gone, and the spool's disk knows. */
        void removed(FailedMail mail);
    }
}
