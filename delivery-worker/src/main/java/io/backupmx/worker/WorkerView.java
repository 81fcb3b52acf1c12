package io.backupmx.worker;

import java.util.List;

/** What a running worker shows and takes from operators. Safe from any thread; never blocks. */
public interface WorkerView {

    /** Every route this worker serves, in the order of the configuration. */
    List<RouteStatus> routes();

    /** Mail in this worker's hands, which no listing of the spool shows. */
    List<InFlightMail> inFlight();

    /** Tries everything now: probes every route that is down, and makes all deferred mail due. */
    void flush();
}
