package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.worker.WorkerView;
import java.util.ArrayList;
import java.util.List;

/** The queue as the admin API lists it, for tests of other packages. */
public final class ListedQueue {

    private ListedQueue() {}

    /** In the order of the listing, as a client reads it. */
    public static List<QueuedMail> of(SpoolAdmin spool, WorkerView worker) {
        List<QueuedMail> listed = new ArrayList<>();
        new QueueListing(spool, worker).show(listed::add);
        return listed.stream().map(ListedQueue::sent).toList();
    }

    private static QueuedMail sent(QueuedMail mail) {
        try {
            return AdminJson.MAPPER.readValue(AdminJson.MAPPER.writeValueAsString(mail), QueuedMail.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
