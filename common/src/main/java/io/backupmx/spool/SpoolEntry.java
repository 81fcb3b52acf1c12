package io.backupmx.spool;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;

/** The share of a mail that goes one route: the recipients of {@code envelope}, all of them by {@code route}. */
public record SpoolEntry(Route route, Envelope envelope, Lane lane) {

    /** On the lane of fresh mail. */
    public SpoolEntry(Route route, Envelope envelope) {
        this(route, envelope, Lane.FRESH);
    }

    /** The same on another lane. */
    public SpoolEntry on(Lane other) {
        return new SpoolEntry(route, envelope, other);
    }

    /** Where it is stored. */
    public SpoolQueue.ForRoute queue() {
        return new SpoolQueue.ForRoute(route, lane);
    }
}
