package io.backupmx.ingress.recipient;

import io.vertx.core.Future;

/** Somebody outside of our tables who knows which recipients exist, such as a directory or a database. */
public interface RecipientLookup {

    /**
     * Whether {@code address} exists. Never blocks. Fails when that cannot be found out, in the source's own time limit at the
     * latest: it is not the same as "no".
     *
     * @param address in the folded form of the tables, domain in small letters and A-labels
     */
    Future<Boolean> exists(String address);

    /** Lets go of connections and timers; pending answers may fail. Idempotent, bounded. May block. */
    void close();
}
