package io.backupmx.worker.delivery;

import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.gate.RouteGate;
import java.util.concurrent.Semaphore;

/**
 * To the mail exchangers of each recipient's domain. Trouble counts against the destination that has it, never against the
 * route: a destination that fails is left alone for a while, and its mail waits in a retry queue, not in a place.
 */
final class MxOutlet implements Outlet {

    /** Mails in hand. Many, for some of them meet hosts that do not answer. */
    private static final int PLACES = 400;

    /** Deliveries at once, of all mails together. */
    private static final int MAX_DELIVERIES = 500;

    /** Beyond it connections are not kept for the next mail. */
    private static final int MAX_DESTINATIONS_KEPT = 1000;

    private final RouteParts parts;
    private final RouteGate gate;
    private final Destinations destinations;
    private final Semaphore deliveries = new Semaphore(MAX_DELIVERIES);

    /** @param gate shut when an operator holds the route */
    MxOutlet(RouteParts parts, RouteGate gate) {
        this.parts = parts;
        this.gate = gate;
        this.destinations =
                new Destinations(way -> new Destination(way, parts.mx(), parts.config(), this::perDestination));
    }

    /** At least one: a mail in hand when an operator holds the route goes out. */
    private int perDestination() {
        return Math.max(1, Math.min(parts.mx().config().connectionsPerDestination(), gate.places()));
    }

    @Override
    public Tried attempt(TakenMail mail, boolean suspect) {
        return new Tried(new MxAttempt(mail, suspect, parts, destinations, deliveries).run(), false);
    }

    @Override
    public int places(int connections) {
        return connections > 0 ? PLACES : 0;
    }

    /** There are no probes: a mail that is due is the probe. */
    @Override
    public void probed(SmtpConnection connection) {
        connection.abort();
    }

    @Override
    public int busy() {
        return destinations.busy();
    }

    @Override
    public void tick() {
        if (destinations.count() > MAX_DESTINATIONS_KEPT) {
            destinations.closeAllIdle();
        }
        destinations.tick();
    }

    @Override
    public void closeAllIdle() {
        destinations.closeAllIdle();
    }

    /** A destination of which something else is demanded is another one. */
    @Override
    public void renewConnections() {}

    @Override
    public void abort() {
        destinations.abort();
    }
}
