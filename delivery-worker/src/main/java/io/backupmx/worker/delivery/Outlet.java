package io.backupmx.worker.delivery;

import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.TakenMail;
import java.util.List;

/** How a route's mail goes out, and the connections that it goes by. Safe from any thread. */
interface Outlet {

    /**
     * @param outcomes one for each recipient
     * @param metTrouble whether the route's trouble came in a transaction of this mail, which may have provoked it
     */
    record Tried(List<RecipientOutcome> outcomes, boolean metTrouble) {}

    /** Blocks until every recipient has an outcome; never throws. */
    Tried attempt(TakenMail mail, boolean suspect);

    /** How many mails may be in hand at once, when the gate allows {@code connections}. */
    int places(int connections);

    /** A probe was answered: its connection is for the next mail. */
    void probed(SmtpConnection connection);

    /** How many connections are delivering. */
    int busy();

    /** Takes leave of connections that have rested for too long. To be called now and then. */
    void tick();

    /** Takes leave of all connections that rest. */
    void closeAllIdle();

    /** What connections are to be has changed: no further mail goes by those that there are. */
    void renewConnections();

    /** Ends every attempt, for good: no further connection is made. */
    void abort();
}
