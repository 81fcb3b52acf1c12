package io.backupmx.worker;

import io.backupmx.route.Route;
import java.util.List;

/** What this worker does for all of them, lest each of them do it. Safe from any thread; never blocks. */
public interface Duties {

    /** Whether it keeps the route's gate, and so does for the route what only one may do. */
    boolean keeps(Route route);

    /** Which part of all routes it belongs to: a keeper keeps all of a part. A small number. */
    int shardOf(Route route);

    /** Whether it does what concerns the spool as a whole. One worker does, or none for a moment, while that changes. */
    boolean isSteward();

    /** Routes of which this worker gives up no more mail, for too much of it has had its time at once. */
    List<Route> expiryStopped();
}
