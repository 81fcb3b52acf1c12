package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.ListedMail;
import io.backupmx.worker.InFlightMail;
import java.util.Collection;
import java.util.List;

/** The deliveries of this worker, as the cluster calls upon them. No method may block. */
public interface Crew {

    /** The gate of {@code route} may stand otherwise than before. */
    void changed(Route route);

    /** All gates may: workers have come or gone. */
    void changedAll();

    /** How many connections of this worker to {@code route} are delivering. */
    int connections(Route route);

    /** The routes that this worker has connections to that are delivering. */
    Collection<Route> busy();

    /** A probe of {@code route} was answered; the connection is the crew's. */
    void probed(Route route, SmtpConnection connection);

    /** All deferred mail is due. */
    void flush();

    /** What this worker has in hand. */
    List<InFlightMail> inFlight();

    /** What it holds until it is due. */
    List<ListedMail> held();
}
