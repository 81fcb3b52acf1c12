package io.backupmx.worker.delivery;

import io.backupmx.config.WorkerConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.RouteGate;
import io.backupmx.worker.report.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * One route at work: takes mail while its gate is open and a place is free, and has each delivered on a virtual thread of
 * its own. Whatever happens to one mail, its place becomes free again. Costs next to nothing while there is nothing to do.
 */
final class RouteRunner implements SpoolReader.Taker {

    /** Mails tried, not those given back, whose settlement is not on disk yet; with the places, what a crash delivers twice at most. */
    private static final int MAX_UNSETTLED = 50;

    private static final Duration HEAD_LOOKS = Duration.ofMinutes(1);

    /** However young the head was: it may have been removed since, and the next be older; or the clock was wrong. */
    private static final Duration HEAD_LOOKS_AT_LEAST = Duration.ofHours(6);

    private final Route route;
    private final SpoolQueue.ForRoute queue;
    private final RouteParts parts;
    private final RouteGate gate;
    private final RouteRecord record;
    private final ExpiryGuard expiry;
    private final Outlet outlet;
    private final Places places;
    private final Supply supply;
    private final Delivery delivery;
    private final Hands hands = new Hands();
    private final TrialCandidate candidate = new TrialCandidate();
    private volatile Instant nextHeadLook = Instant.MIN;
    private volatile boolean stopping;

    RouteRunner(Route route, RouteGate gate, RouteParts parts) {
        this.route = route;
        this.queue = new SpoolQueue.ForRoute(route);
        this.parts = parts;
        this.gate = gate;
        this.outlet = outlet(route, gate, parts);
        this.record = new RouteRecord(route, parts.metrics(), hands::count);
        this.expiry = new ExpiryGuard(route.toString(), parts.clock(), parts.workers());
        this.places = new Places(() -> outlet.places(gate.places()), parts.connections());
        this.delivery = new Delivery(parts, gate, outlet, record, expiry);
        this.supply = new Supply(
                queue,
                parts.spool(),
                this,
                parts.feeds(),
                () -> !stopping && gate.places() > 0,
                () -> hands.count() > 0);
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

    @Override
    public boolean wantsMail() {
        return !candidate.isNext(gate.triesHere()) && hasFreePlace();
    }

    private boolean hasFreePlace() {
        return !stopping
                && parts.isSure().getAsBoolean() // else its final dot could not leave
                && hands.settling() < MAX_UNSETTLED
                && places.take();
    }

    @Override
    public void none() {
        places.giveBack();
        candidate.queueIsEmpty();
        supply.foundNone();
    }

    @Override
    public void accept(TakenMail mail) {
        supply.gotMail();
        nextHeadLook = Instant.MIN; // the head is another now
        candidate.queueHadItsTurn();
        start(mail, inHand(mail));
    }

    private Hands.Mail inHand(TakenMail mail) {
        return hands.take(new InFlightMail(
                mail.route(),
                mail.envelope(),
                mail.content().sizeBytes(),
                parts.clock().instant()));
    }

    /** In a place that has been taken. */
    private void start(TakenMail mail, Hands.Mail inHand) {
        Optional<Settlement> aside = aside(mail.envelope());
        if (aside.isPresent()) {
            putAside(mail, inHand, aside.get());
            return;
        }
        if (gate.triesHere()) {
            gate.tell(new GateEvent.Tried());
        }
        Thread.ofVirtual().name("delivery").start(() -> {
            try {
                delivery.run(mail, inHand, this::review);
            } finally {
                places.giveBack();
                review();
            }
        });
    }

    /** Where it belongs by now; empty: here. */
    private Optional<Settlement> aside(Envelope envelope) {
        return parts.agree().getAsBoolean()
                ? Redirection.aside(envelope, route, parts.tables())
                : Redirection.held(envelope, route, parts.tables());
    }

    private void putAside(TakenMail mail, Hands.Mail inHand, Settlement aside) {
        Redirection.log(mail.envelope(), route, aside);
        places.giveBack();
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
                ? Optional.of(new DueTaker(mail -> start(mail, inHand(mail)), places::giveBack))
                : Optional.empty();
    }

    private void keepForTrial(TakenMail mail) {
        candidate.keep(mail, inHand(mail));
        review();
    }

    /** There is mail on the route's queue. */
    void mailWaits() {
        supply.mailWaits();
    }

    boolean hasMail() {
        return supply.hasMail();
    }

    /** The gate may have moved. */
    void review() {
        if (candidate.isThere()) {
            boolean throttled = gate.triesHere();
            if (stopping || candidate.isLost() || (!throttled && gate.places() == 0)) {
                candidate.take().ifPresent(this::putBack);
            } else if ((!throttled || candidate.isNext(true) || !supply.hasMail()) && hasFreePlace()) {
                candidate.take().ifPresentOrElse(one -> start(one.mail(), one.inHand()), places::giveBack);
            }
        }
        if (gate.places() == 0 && !gate.triesHere()) {
            outlet.closeAllIdle();
        }
        supply.review();
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
        supply.tick();
        if (supply.hasMail() || candidate.isThere()) {
            review(); // a pause of the gate's ends without a word
        }
    }

    /** Whether it is time to {@link #lookAtHead}. */
    boolean wantsHeadLook() {
        Instant now = parts.clock().instant();
        Instant next = nextHeadLook;
        boolean early = now.isBefore(next) && !next.isAfter(now.plus(HEAD_LOOKS_AT_LEAST));
        return !early && supply.hasMail() && !stopping;
    }

    SpoolQueue.ForRoute queue() {
        return queue;
    }

    /**
     * Gives up what has had its time on a queue that nobody reads now. To be called by one thread at a time, about once a
     * minute; blocks for half a minute at most.
     *
     * @param status where the route stands
     * @param arrived when the mail at the head did, as far as the spool has said
     */
    void lookAtHead(RouteStatus status, Optional<Instant> arrived) throws InterruptedException {
        Instant now = parts.clock().instant();
        Duration shortest = parts.retries().shortestLifetime(route);
        Optional<Instant> end = arrived.map(at -> at.plus(shortest)).filter(now::isBefore);
        if (end.isPresent()) {
            nextHeadLook = nextLook(now, end.get());
            return;
        }
        AtomicReference<Instant> over = new AtomicReference<>(now);
        Instant head = HeadExpiry.look(
                parts.spool(),
                queue,
                envelope -> {
                    Duration lifetime = parts.retries().longestLifetime(envelope); // nobody's is cut short
                    over.set(envelope.arrival().at().plus(lifetime));
                    Instant at = parts.clock().instant();
                    if (at.isBefore(over.get()) || !expiry.mayExpireAlone()) {
                        return Optional.empty();
                    }
                    String why = Outcomes.givenUp(lifetime, status.reason());
                    record.expired();
                    record.outcomes(envelope, Outcomes.allFailed(envelope, why), at);
                    return Optional.of(why);
                },
                new Giving(this::aside, parts.reports()));
        nextHeadLook = nextLook(now, head.equals(Instant.MAX) ? now : over.get());
    }

    /** Its sender may have to be told. */
    private record Giving(Function<Envelope, Optional<Settlement>> elsewhere, Reports reports)
            implements HeadExpiry.Ending {

        @Override
        public Optional<Settlement> aside(Envelope envelope) {
            return elsewhere.apply(envelope);
        }

        @Override
        public Settlement settlement(Envelope given) {
            return Settlements.failed(given, reports.wishes(given));
        }

        @Override
        public void stored(Settlement settlement) {
            reports.stored(settlement);
        }
    }

    /** @param over when the head has had its time */
    private static Instant nextLook(Instant now, Instant over) {
        return earlier(now.plus(HEAD_LOOKS_AT_LEAST), later(now.plus(HEAD_LOOKS), over));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
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
                && supply.isLeft();
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
        supply.close(grace);
        outlet.abort();
        outlet.closeAllIdle();
    }
}
