package io.backupmx.worker.admin;

import io.backupmx.route.Route;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.UnknownRouteException;
import io.backupmx.worker.WorkerView;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker with what a test put into its hands. */
public final class FakeWorker implements WorkerView {

    private final List<RouteStatus> routes = new CopyOnWriteArrayList<>();
    private final List<InFlightMail> inFlight = new CopyOnWriteArrayList<>();
    private final AtomicInteger flushes = new AtomicInteger();

    public void add(RouteStatus status) {
        routes.add(status);
    }

    public void add(InFlightMail mail) {
        inFlight.add(mail);
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
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<RouteStatus> hold(Route route, String reason) {
        return CompletableFuture.failedFuture(new UnknownRouteException(route));
    }

    @Override
    public CompletionStage<RouteStatus> release(Route route) {
        return CompletableFuture.failedFuture(new UnknownRouteException(route));
    }

    @Override
    public void flush() {
        flushes.incrementAndGet();
    }
}
