package io.backupmx.worker.admin;

import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolException;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.RouteStatus.State;
import io.backupmx.worker.UnknownRouteException;
import io.backupmx.worker.WorkerView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker with what a test put into its hands. */
public final class FakeWorker implements WorkerView {

    private final List<RouteStatus> routes = new CopyOnWriteArrayList<>();
    private final List<InFlightMail> inFlight = new CopyOnWriteArrayList<>();
    private volatile CompletionStage<List<InFlightMail>> elsewhere = CompletableFuture.completedFuture(List.of());
    private volatile boolean away;
    private volatile List<ListedMail> held = List.of();
    private volatile List<ListedMail> heldElsewhere = List.of();
    private final List<ReportKind> toReport = new CopyOnWriteArrayList<>();
    private final AtomicInteger flushes = new AtomicInteger();

    public void add(RouteStatus status) {
        routes.add(status);
    }

    public void add(InFlightMail mail) {
        inFlight.add(mail);
    }

    /** Forgets its routes. */
    public void clear() {
        routes.clear();
    }

    /** What the other workers say. */
    public void elsewhere(CompletionStage<List<InFlightMail>> mails) {
        elsewhere = mails;
    }

    /** From now on nobody can be told of a change. */
    void goAway() {
        away = true;
    }

    @Override
    public void toReport(ReportKind kind) {
        toReport.add(kind);
    }

    /** Of what kinds mail was said to be put there, in order. */
    public List<ReportKind> toReport() {
        return toReport;
    }

    public int flushes() {
        return flushes.get();
    }

    @Override
    public List<RouteStatus> routes() {
        return routes;
    }

    @Override
    public List<InFlightMail> inFlight() {
        return inFlight;
    }

    @Override
    public CompletionStage<List<InFlightMail>> inFlightElsewhere() {
        return elsewhere;
    }

    /** What it holds until it is due. */
    public void held(List<ListedMail> mails) {
        held = mails;
    }

    @Override
    public List<ListedMail> held() {
        return held;
    }

    /** What the other workers hold until it is due. */
    public void heldElsewhere(List<ListedMail> mails) {
        heldElsewhere = mails;
    }

    @Override
    public CompletionStage<List<ListedMail>> heldElsewhere() {
        return CompletableFuture.completedFuture(heldElsewhere);
    }

    @Override
    public CompletionStage<RouteStatus> hold(Route route, String reason) {
        return change(route, State.HELD, reason);
    }

    @Override
    public CompletionStage<RouteStatus> release(Route route) {
        return change(route, State.UP, "");
    }

    private CompletionStage<RouteStatus> change(Route route, State state, String reason) {
        if (away) {
            return CompletableFuture.failedFuture(
                    new SpoolException(SpoolException.Kind.UNAVAILABLE, "the broker is gone"));
        }
        if (!routes.removeIf(status -> status.route().equals(route))) {
            return CompletableFuture.failedFuture(new UnknownRouteException(route));
        }
        RouteStatus status = new RouteStatus(route, state, SampleMail.ARRIVAL, reason, 0, 0, false, Optional.empty());
        routes.add(status);
        return CompletableFuture.completedFuture(status);
    }

    @Override
    public void flush() {
        flushes.incrementAndGet();
    }
}
