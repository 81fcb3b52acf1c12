package io.backupmx.worker.delivery;

import io.backupmx.route.Route;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.ListedMail;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.cluster.Crew;
import io.backupmx.worker.report.Reports;
import io.backupmx.worker.retry.BackOffTable;
import java.util.List;
import java.util.stream.Stream;

/** What the cluster knows of a worker's deliveries, and has them do. */
final class Deliveries implements Crew {

    private final Runners runners;
    private final Reviews reviews;
    private final BackOffTable backOffs;
    private final RetryQueues retryQueues;
    private final Reports reports;

    Deliveries(Runners runners, Reviews reviews, BackOffTable backOffs, RetryQueues retryQueues, Reports reports) {
        this.runners = runners;
        this.reviews = reviews;
        this.backOffs = backOffs;
        this.retryQueues = retryQueues;
        this.reports = reports;
    }

    @Override
    public void changed(Route route) {
        runners.find(route).ifPresent(reviews::add);
    }

    @Override
    public void changedAll() {
        runners.all().stream().filter(RouteRunner::hasMail).forEach(reviews::add);
    }

    @Override
    public int connections(Route route) {
        return runners.find(route).map(RouteRunner::connections).orElse(0);
    }

    @Override
    public List<Route> busy() {
        return runners.all().stream()
                .filter(runner -> runner.connections() > 0)
                .map(RouteRunner::route)
                .toList();
    }

    @Override
    public void probed(Route route, SmtpConnection connection) {
        runners.configured(route).ifPresentOrElse(runner -> runner.probed(connection), connection::abort);
    }

    @Override
    public void flush() {
        backOffs.clear();
        // The spool may block; nobody needs to wait for it.
        Thread.startVirtualThread(retryQueues::flush);
    }

    @Override
    public List<InFlightMail> inFlight() {
        return Stream.concat(
                        runners.all().stream().flatMap(runner -> runner.inFlight().stream()),
                        reports.inFlight().stream())
                .toList();
    }

    @Override
    public List<ListedMail> held() {
        return retryQueues.held();
    }
}
