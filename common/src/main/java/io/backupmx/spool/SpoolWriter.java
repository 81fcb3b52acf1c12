package io.backupmx.spool;

import io.backupmx.mail.Content;
import io.vertx.core.Future;
import java.util.List;

/**
 * Where the ingress puts mail. Safe to call from any event loop; never blocks the caller; completes its futures on the
 * caller's context.
 */
public interface SpoolWriter {

    /**
     * Stores a mail, one copy for each of {@code entries}, all or none. Success is the only ground for a {@code 250}: the
     * mail is on the spool's disk and survives any crash of any process. Fails, within the configured store timeout, with
     * a {@link SpoolException} that says what to answer; after a failure the mail may nevertheless be there.
     *
     * @param content stays the caller's until the future completes, who closes it then
     */
    Future<Void> store(List<SpoolEntry> entries, Content content);

    /** Whether mail would be taken now: what a session may answer before it is sent a whole content. */
    Room room();

    /** What {@link #room} knows. */
    enum Room {
        /** The spool takes mail. */
        OPEN,
        /** The disk is filled up to the intake threshold; deferrals still fit (452). */
        FULL,
        /** The spool cannot be reached or does not answer (451). */
        UNAVAILABLE
    }
}
