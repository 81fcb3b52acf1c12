package io.backupmx.worker.delivery;

import io.backupmx.config.WorkerConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.RouteGate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One route at work: takes mail while its gate is open and a place is free, and has each delivered on a virtual thread of
 * its own. Whatever happens to one mail, its place becomes free again. Costs next to nothing while there is nothing to do.
 */
final class RouteRunner {

    /** Mails tried, not those given back, whose settlement is not on disk yet; with the places, what a crash delivers twice at most. */
    private static final int MAX_UNSETTLED = 50;

    private final Route route;
    private final RouteParts parts;
    private final RouteGate gate;
    private final RouteRecord record;
    private final ExpiryGuard expiry;
    private final Outlet outlet;
    private final Places places;
    private final Lanes lanes;
    private final HeadLooks headLooks;
    private final Delivery delivery;
    private final Hands hands = new Hands();
    private final TrialCandidate candidate = new TrialCandidate();
    private volatile boolean stopping;

    RouteRunner(Route route, RouteGate gate, RouteParts parts) {
        this.route = route;
        this.parts = parts;
        this.gate = gate;
        this.outlet = outlet(route, gate, parts);
        this.record = new RouteRecord(route, parts.metrics(), hands::count);
        this.expiry = new ExpiryGuard(route.toString(), parts.clock(), parts.workers());
        this.places = new Places(() -> outlet.places(gate.places()), parts.connections());
        this.delivery = new Delivery(parts, gate, outlet, record, expiry);
        this.lanes = new Lanes(
                route, parts.spool(), parts.feeds(), () -> !stopping && gate.places() > 0, new LanesCustomer());
        this.headLooks = new HeadLooks(parts, record, expiry, this::aside);
    }

    private static Outlet outlet(Route route, RouteGate gate, RouteParts parts) {
        WorkerConfig config = parts.config();
        return switch (route) {
            case Route.Hosts _ ->
                new HostsOutlet(
                        parts,
                        gate,
                        new Connections(
                                () -> parts.connector().connect(route),
                                config.idleTimeout(),
                                config.mailsPerConnection(),
                                gate::places));
            case Route.ByMx _ -> new MxOutlet(parts, gate);
            case Route.Discard _ -> new DiscardOutlet();
            case Route.Hold _ -> throw new IllegalArgumentException(route + " delivers nothing");
        };
    }

    Route route() {
        return route;
    }

    /** Mail of the queues. */
    private final class LanesCustomer implements Lanes.Customer {

        @Override
        public boolean wantsMail() {
            return !candidate.isNext(gate.triesHere()) && mayTake();
        }

        @Override
        public boolean hasFree() {
            return places.mayHaveFree();
        }

        @Override
        public boolean take() {
            return places.take();
        }

        @Override
        public void giveBackPlace() {
            places.giveBack();
        }

        @Override
        public void accept(TakenMail mail, Lanes.Claim claim) {
            headLooks.haveMoved();
            candidate.queueHadItsTurn();
            start(mail, inHand(mail, claim::settled), claim::placeIsFree);
        }

        @Override
        public void foundNone() {
            candidate.queueIsEmpty();
        }
    }

    private boolean mayTake() {
        return !stopping
                && parts.isSure().getAsBoolean() // else its final dot could not leave
                && hands.settling() < MAX_UNSETTLED;
    }

    private boolean hasFreePlace() {
        return mayTake() && places.take();
    }

    private Hands.Mail inHand(TakenMail mail, Runnable onGone) {
        return hands.take(
                new InFlightMail(
                        mail.route(),
                        mail.envelope(),
                        mail.content().sizeBytes(),
                        parts.clock().instant()),
                onGone);
    }

    private void startDue(TakenMail mail, Hands.Mail inHand) {
        start(mail, inHand, places::giveBack);
    }

    /**
     * In a place that has been taken.
     *
     * @param placeBack gives it back
     */
    private void start(TakenMail mail, Hands.Mail inHand, Runnable placeBack) {
        Optional<Settlement> aside = aside(mail.envelope());
        if (aside.isPresent()) {
            putAside(mail, inHand, aside.get(), placeBack);
            return;
        }
        if (gate.triesHere()) {
            gate.tell(new GateEvent.Tried());
        }
        Thread.ofVirtual().name("delivery").start(() -> {
            try {
                delivery.run(mail, inHand, this::review);
            } finally {
                placeBack.run();
                review();
            }
        });
    }

    /** Where it belongs by now; empty: here, or that cannot be said, and so it is tried. */
    private Optional<Settlement> aside(Envelope envelope) {
        try {
            return parts.agree().getAsBoolean()
                    ? Redirection.aside(envelope, route, parts.tables())
                    : Redirection.held(envelope, route, parts.tables());
        } catch (RuntimeException e) {
            Delivery.surprise(envelope, e);
            return Optional.empty();
        }
    }

    private void putAside(TakenMail mail, Hands.Mail inHand, Settlement aside, Runnable placeBack) {
        Redirection.log(mail.envelope(), route, aside);
        placeBack.run();
        delivery.settle(mail, aside, inHand, this::review);
    }

    /** A taker for mail of a retry queue that is due; the place is reserved. Empty when there is none now. */
    Optional<SpoolReader.Taker> placeForDue() {
        if (gate.triesHere()) {
            return !stopping && candidate.reserve()
                    ? Optional.of(new DueTaker(this::keepForTrial, candidate::none))
                    : Optional.empty();
        }
        return hasFreePlace()
                ? Optional.of(new DueTaker(mail -> startDue(mail, inHand(mail, () -> {})), places::giveBack))
                : Optional.empty();
    }

    private void keepForTrial(TakenMail mail) {
        candidate.keep(mail, inHand(mail, () -> {}));
        review();
    }

    /** There is mail on that one of the route's queues. */
    void mailWaits(Lane lane) {
        lanes.mailWaits(lane);
    }

    /** There may be mail on the route's queues. */
    void mailWaits() {
        lanes.mailWaits();
    }

    boolean hasMail() {
        return lanes.hasMail();
    }

    /** The gate may have moved. */
    void review() {
        if (candidate.isThere()) {
            boolean throttled = gate.triesHere();
            if (stopping || candidate.isLost() || (!throttled && gate.places() == 0)) {
                candidate.take().ifPresent(this::putBack);
            } else if ((!throttled || candidate.isNext(true) || !lanes.hasMail()) && hasFreePlace()) {
                candidate.take().ifPresentOrElse(one -> startDue(one.mail(), one.inHand()), places::giveBack);
            }
        }
        if (gate.places() == 0 && !gate.triesHere()) {
            outlet.closeAllIdle();
        }
        lanes.review();
    }

    private void putBack(TrialCandidate.Kept kept) {
        var _ = kept.mail()
                .settle(new Settlement.GiveBack())
                .whenComplete((_, _) -> kept.inHand().gone());
    }

    /** A probe was answered. */
    void probed(SmtpConnection connection) {
        outlet.probed(connection);
    }

    /** Housekeeping, to be called about once a second. */
    void tick() {
        outlet.tick();
        lanes.tick();
        if (lanes.hasMail() || candidate.isThere()) {
            review(); // a pause of the gate's ends without a word
        }
    }

    /** The queues of which it is time to {@link #lookAtHead}. */
    List<SpoolQueue.ForRoute> headsToLookAt() {
        return stopping
                ? List.of()
                : lanes.withMail().stream().filter(headLooks::isDue).toList();
    }

    /**
     * Gives up what has had its time on a queue that nobody reads now. To be called by one thread at a time, about once a
     * minute; blocks for half a minute at most.
     *
     * @param status where the route stands
     * @param arrived when the mail at the head did, as far as the spool has said
     */
    void lookAtHead(SpoolQueue.ForRoute queue, RouteStatus status, Optional<Instant> arrived)
            throws InterruptedException {
        long hints = lanes.hints(queue.lane());
        if (headLooks.look(queue, status, arrived)) {
            lanes.noneAtHead(queue.lane(), hints);
        }
    }

    boolean isExpiryStopped() {
        return expiry.isStopped();
    }

    /** How many deliveries are going on. */
    int deliveries() {
        return places.taken();
    }

    /** How many connections are delivering. */
    int connections() {
        return outlet.busy();
    }

    List<InFlightMail> inFlight() {
        return hands.shown();
    }

    /** Asks for no more mail; what is in progress goes on. */
    void stop() {
        stopping = true;
        candidate.take().ifPresent(this::putBack);
    }

    /** Asks for mail again. */
    void resume() {
        stopping = false;
    }

    /** Whether nothing is going on, nor can before it is resumed. */
    boolean isStill() {
        return stopping
                && hands.count() == 0
                && places.taken() == 0
                && outlet.busy() == 0
                && !candidate.isThere()
                && lanes.areLeft();
    }

    /** Of one that {@link #isStill} and will not be used any more. */
    void forget() {
        close(Duration.ZERO);
        record.forget();
    }

    /** As {@link Outlet#renewConnections}. */
    void renewConnections() {
        outlet.renewConnections();
    }

    /** Ends what is in progress: before the final dot it is given back, behind it deferred. */
    void abort() {
        outlet.abort();
    }

    /** Blocks until no mail is in hand any more. @return whether that came within {@code limit} */
    boolean awaitEmptyHands(Duration limit) throws InterruptedException {
        return hands.awaitEmpty(limit);
    }

    /** Blocks until what was settled is on disk, within {@code grace}. */
    void close(Duration grace) {
        lanes.close(grace);
        outlet.abort();
        outlet.closeAllIdle();
    }
}
