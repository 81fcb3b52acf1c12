package io.backupmx.spool;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import java.util.concurrent.CompletionStage;

/** A mail taken from the spool for delivery; the spool keeps it until it is settled. */
public interface TakenMail {

    /** The route it was stored for. */
    Route route();

    Envelope envelope();

    /** Valid until {@link #settle} is called; closed by it. */
    Content content();

    /** How often it had been handed out before, this time included: more than one after a crash of a taker. */
    int deliveryCount();

    /**
     * Whether it is the taker's beyond doubt: not while the spool has been silent for so long that it may hand it out again,
     * and never more once the connection that the mail came by is gone. Never blocks.
     */
    boolean isOurs();

    /**
     * Ends the taking. Never blocks. Done when the spool's disk has it; fails when the connection to the spool was lost
     * first, and then the mail will be handed out again. To be called once.
     */
    CompletionStage<Void> settle(Settlement settlement);
}
