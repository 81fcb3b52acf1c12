package io.backupmx.worker.delivery;

import io.backupmx.config.WorkerConfig.XForward;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.gate.RouteGate;

/** To the hosts that a route names: all its mail over the same connections, all its trouble told to its gate. */
final class HostsOutlet implements Outlet {

    private final RouteParts parts;
    private final RouteGate gate;
    private final Connections connections;

    HostsOutlet(RouteParts parts, RouteGate gate, Connections connections) {
        this.parts = parts;
        this.gate = gate;
        this.connections = connections;
    }

    @Override
    public Tried attempt(TakenMail mail, boolean suspect) {
        Route route = mail.route();
        return new Attempt(
                        mail,
                        suspect,
                        connections,
                        gate,
                        parts.isSure(),
                        parts.tables()::isKnown,
                        new HostTerms(
                                parts.config().xforward() == XForward.WHEN_OFFERED,
                                isOne(route),
                                connection -> parts.greeted().took(route, connection)))
                .toTheEnd();
    }

    /** A name's mail exchangers may be several. */
    private static boolean isOne(Route route) {
        return route.nextHops().size() == 1 && !route.nextHops().getFirst().byMx();
    }

    @Override
    public int places(int allowed) {
        return allowed;
    }

    @Override
    public void probed(SmtpConnection connection) {
        connections.add(connection);
    }

    @Override
    public int busy() {
        return connections.busy();
    }

    @Override
    public void tick() {
        if (!connections.isEmpty()) {
            connections.closeIdle();
        }
    }

    @Override
    public void closeAllIdle() {
        connections.closeAllIdle();
    }

    @Override
    public void renewConnections() {
        connections.renew();
    }

    @Override
    public void abort() {
        connections.abort();
    }
}
