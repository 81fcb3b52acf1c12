package io.backupmx.ingress.recipient;

import io.vertx.core.Future;
import java.util.Optional;

/** Somebody outside of our tables who knows which recipients exist, such as a directory or a database. */
public interface RecipientLookup {

    /**
     * Whether {@code address} exists. Never blocks. Fails when that cannot be found out, in the source's own time limit at the
     * latest: it is not the same as "no".
     *
     * @param address in the folded form of the tables, domain in small letters and A-labels
     */
    Future<Boolean> exists(String address);

    /** What {@link #exists} would say, complete, without a question to anybody; empty: that takes one. */
    default Optional<Future<Boolean>> known(String address) {
        return Optional.empty();
    }

    /** Lets go of connections and timers; pending answers may fail. Idempotent, bounded. May block. */
    void close();
}
