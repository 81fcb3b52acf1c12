package io.backupmx.worker;

import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.ReportKind;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What a running worker shows and takes from operators, for all workers of its spool: routes stand for all of them alike,
 * whichever is asked. Safe from any thread; never blocks.
 */
public interface WorkerView {

    /** Every route that is configured, in the order of the configuration, then those that are not but have mail. */
    List<RouteStatus> routes();

    /** Mail in this worker's hands, which no listing of the spool shows. */
    List<InFlightMail> inFlight();

    /** Mail in the hands of the other workers, as far as they answer within half a second or so; never fails. */
    CompletionStage<List<InFlightMail>> inFlightElsewhere();

    /** Deferred mail that this worker holds until it is due: its own listings of the spool show it, looks for single mails do not. */
    List<ListedMail> held();

    /** Deferred mail that the other workers hold until it is due, which no listing of the spool shows; else as above. */
    CompletionStage<List<ListedMail>> heldElsewhere();

    /** Tries everything now, all workers: probes every route that is down, and makes all deferred mail due. */
    void flush();

    /**
     * Takes no more mail of {@code route} for delivery until {@link #release}, also after a restart of everything. Done when
     * that is on the spool's disk; fails with an {@link UnknownRouteException}, or a
     * {@link io.backupmx.spool.SpoolException} when nobody could be told.
     *
     * @param reason for people
     */
    CompletionStage<RouteStatus> hold(Route route, String reason);

    /** Mail was put, or may have been, where it is decided what senders are told. */
    default void toReport(ReportKind kind) {}

    /** Ends {@link #hold}, and what made the route stand in quarantine. Fails as that does. */
    CompletionStage<RouteStatus> release(Route route);
}
