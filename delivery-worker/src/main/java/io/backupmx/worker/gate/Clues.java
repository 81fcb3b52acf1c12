package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What went wrong since the last delivery, and may be the route's fault if more mails meet it.
 *
 * @param tempFailed the different mails that got nothing but 4xx in a row; fewer than make a streak
 * @param contentLost the mail whose content was lost on its way
 */
record Clues(Set<QueueId> tempFailed, Optional<QueueId> contentLost) {

    static final Clues NONE = new Clues(Set.of(), Optional.empty());

    Clues {
        tempFailed = Set.copyOf(tempFailed);
    }

    /** The same mail again is nothing new. */
    Clues tempFailed(QueueId mail) {
        if (tempFailed.contains(mail)) {
            return this;
        }
        Set<QueueId> more = new LinkedHashSet<>(tempFailed);
        more.add(mail);
        return new Clues(more, contentLost);
    }

    Clues lost(QueueId mail) {
        return contentLost.isPresent() ? this : new Clues(tempFailed, Optional.of(mail));
    }

    /** The next hop decided for good about a recipient: it is not in the trouble that 4xx tells of. */
    Clues refused() {
        return tempFailed.isEmpty() ? this : new Clues(Set.of(), contentLost);
    }

    /** Whether a different mail was lost the same way, with no delivery since. */
    boolean lostAnother(QueueId mail) {
        return contentLost.filter(other -> !other.equals(mail)).isPresent();
    }
}
