package io.backupmx.spool;

import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * Which parts of which mails: a mail for several routes has one on each, and of one route the recipients may wait in different
 * places.
 *
 * @param ids of the mails, one to {@link #MAX_IDS}
 * @param route of whose parts; of all routes' when empty
 */
public record MailParts(Set<QueueId> ids, Optional<Route> route) {

    /** So many fit into one question to the broker. */
    public static final int MAX_IDS = 2000;

    public MailParts {
        ids = Set.copyOf(ids);
        if (ids.isEmpty() || ids.size() > MAX_IDS) {
            throw new IllegalArgumentException(ids.size() + " mails at once");
        }
    }

    /** All parts of these. */
    public static MailParts of(Collection<QueueId> ids) {
        return new MailParts(Set.copyOf(ids), Optional.empty());
    }

    /** Of fewer mails. */
    public MailParts only(Collection<QueueId> some) {
        return new MailParts(Set.copyOf(some), route);
    }
}
