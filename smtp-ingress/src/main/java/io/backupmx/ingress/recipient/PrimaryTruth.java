package io.backupmx.ingress.recipient;

import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** What a domain's own primary says of who exists, now or when it was last asked. */
public interface PrimaryTruth {

    /** An answer about one recipient. */
    enum Existence {
        EXISTS,
        NOBODY,
        /** The primary cannot be asked now, and nothing is known. */
        PRIMARY_AWAY,
        /** The same, but so far only for minutes: not long enough to refuse anybody. */
        PRIMARY_AWAY_BRIEFLY
    }

    /**
     * Never blocks. Fails when it cannot be found out although the primary is there: it is not the same as {@code NOBODY}.
     *
     * @param path as the client wrote it
     * @param addresses the same in the folded form of the tables, in the order of the lookup
     */
    Future<Existence> ask(Route route, ForwardPath path, List<String> addresses);

    /** What {@link #ask} would say without a question to anybody; empty: that takes one. */
    default Optional<Existence> known(ForwardPath path, List<String> addresses) {
        return Optional.empty();
    }
}
