package io.backupmx.ops;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mail log: one line an event (received, rejected, delivered, deferred, failed, route state), key-values first and the
 * verb last, the same {@code queue_id} from {@code queued as} to the primary's reply. Addresses yes, content never.
 */
public final class MailLog {

    /** INFO is an event, WARN is for an operator to look at, ERROR wakes one. */
    public static final Logger LOG = LoggerFactory.getLogger("mail");

    private MailLog() {}
}
