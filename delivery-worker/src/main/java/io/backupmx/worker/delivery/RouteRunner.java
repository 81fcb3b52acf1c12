package io.backupmx.worker.delivery;

import io.backupmx.config.WorkerConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.Gate;
import io.backupmx.worker.gate.ProbeSchedule;
import io.backupmx.worker.gate.Prober;
import io.backupmx.worker.retry.RetrySchedule;
import io.backupmx.worker.routing.RouteConnector;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One route at work: takes mail while its gate is open and a place is free, delivers each on a virtual thread of its own,
 * and settles it. Whatever happens to one mail, its place becomes free again.
 */
final class RouteRunner implements SpoolReader.Taker {

    private static final Logger LOG = LoggerFactory.getLogger(RouteRunner.class);

    /** Mails tried, not those given back, whose settlement is not on disk yet; with the places, what a crash delivers twice at most. */
    private static final int MAX_UNSETTLED = 50;

    /** A mail handed out more often than this is processed alone: it may be what brings workers down. */
    private static final int SUSPECT_DELIVERIES = 5;

    private final Route route;
    private final RetrySchedule retries;
    private final InstantSource clock;
    private final RouteRecord record;
    private final Connections connections;
    private final Prober prober;
    private final Gate gate;

    private final AtomicInteger places = new AtomicInteger();
    private final Hands hands = new Hands();
    private final GiveBacks giveBacks = new GiveBacks();
    private final Semaphore alone = new Semaphore(1);
    private volatile boolean stopping;
    private volatile Runnable wake = () -> {};

    RouteRunner(
            Route route,
            WorkerConfig config,
            RetrySchedule retries,
            RouteConnector connector,
            InstantSource clock,
            MeterRegistry metrics) {
        this.route = route;
        this.retries = retries;
        this.clock = clock;
        this.connections = new Connections(route, connector, config.idleTimeout(), config.mailsPerConnection());
        this.gate = new Gate(config.maxConnectionsPerRoute(), config.probeUnhealthy(), clock, this::onGate);
        this.prober = new Prober(
                () -> connector.probe(route),
                new ProbeSchedule(
                        config.probeInterval(),
                        config.probeIntervalLater(),
                        config.probeUnhealthy(),
                        config.probeUnhealthyMax()),
                new Random(),
                this::onHealthy,
                gate::probeFailed,
                gate::unhealthyInRow);
        this.record = new RouteRecord(route, metrics, () -> isUp() ? 1 : 0, hands::count);
    }

    @Override
    public boolean wantsMail() {
        if (stopping || hands.settling() >= MAX_UNSETTLED) {
            return false;
        }
        int allowed = gate.connections();
        return places.getAndUpdate(taken -> taken < allowed ? taken + 1 : taken) < allowed;
    }

    @Override
    public void none() {
        places.decrementAndGet();
    }

    @Override
    public void accept(TakenMail mail) {
        InFlightMail shown =
                new InFlightMail(mail.route(), mail.envelope(), mail.content().sizeBytes(), clock.instant());
        Hands.Mail inHand = hands.take(shown);
        Thread.ofVirtual().name("delivery").start(() -> {
            try {
                deliver(mail, inHand);
            } catch (RuntimeException | Error e) {
                surprise(mail, e);
            } finally {
                places.decrementAndGet();
                wake.run();
            }
        });
    }

    /** @param woken called whenever mail may be wanted again */
    void wakes(Runnable woken) {
        wake = woken;
    }

    /** @param metTrouble whether the route's trouble came in a transaction of this mail */
    private record Tried(List<RecipientOutcome> outcomes, boolean metTrouble) {}

    private Tried attempt(TakenMail mail) {
        boolean suspect = mail.deliveryCount() > SUSPECT_DELIVERIES;
        if (suspect) {
            alone.acquireUninterruptibly();
        }
        Attempt attempt = new Attempt(mail, suspect, connections, gate);
        try {
            attempt.run();
        } catch (RuntimeException | Error e) {
            surprise(mail, e);
        } finally {
            if (suspect) {
                alone.release();
            }
        }
        return new Tried(attempt.outcomes(new RecipientOutcome.Deferred("internal error")), attempt.metTrouble());
    }

    /** Whatever happens, the mail is settled once: else it would be in our hands for ever. */
    private void deliver(TakenMail mail, Hands.Mail inHand) {
        Settlement settlement = new Settlement.GiveBack();
        try {
            Tried tried = attempt(mail);
            Envelope envelope = mail.envelope();
            Instant now = clock.instant();
            GiveBacks.Next back = back(envelope, tried);
            RetrySchedule.Next next = retries.nextAfter(
                    envelope.attempts() + 1, Duration.between(envelope.arrival().at(), now));
            List<RecipientOutcome> outcomes = outcomes(
                    back == GiveBacks.Next.DEFER ? Outcomes.deferred(tried.outcomes()) : tried.outcomes(), next);
            settlement = back == GiveBacks.Next.BEHIND
                    ? new Settlement.Replace(List.of(new Settlement.Copy.Requeued(envelope)))
                    : Settlements.of(envelope, outcomes, delay(next));
            record.outcomes(envelope, outcomes, now);
        } finally {
            settle(mail, settlement, inHand);
        }
    }

    private GiveBacks.Next back(Envelope envelope, Tried tried) {
        if (tried.outcomes().stream().anyMatch(RecipientOutcome.Delivered.class::isInstance)) {
            giveBacks.delivered();
        }
        if (!tried.outcomes().stream().allMatch(RecipientOutcome.Untried.class::isInstance)) {
            giveBacks.ended(envelope.queueId());
            return GiveBacks.Next.IN_PLACE;
        }
        return tried.metTrouble() ? giveBacks.met(envelope.queueId()) : GiveBacks.Next.IN_PLACE;
    }

    private static List<RecipientOutcome> outcomes(List<RecipientOutcome> tried, RetrySchedule.Next next) {
        return switch (next) {
            case RetrySchedule.Next.Retry _ -> tried;
            case RetrySchedule.Next.Expired(Duration maxLifetime) -> Outcomes.expired(tried, maxLifetime);
        };
    }

    private static Duration delay(RetrySchedule.Next next) {
        return switch (next) {
            case RetrySchedule.Next.Retry(Duration delay) -> delay;
            case RetrySchedule.Next.Expired _ -> Duration.ZERO; // nothing is left to wait
        };
    }

    private void settle(TakenMail mail, Settlement settlement, Hands.Mail inHand) {
        if (settlement instanceof Settlement.Replace) {
            inHand.settling();
        }
        CompletionStage<Void> settled;
        try {
            settled = mail.settle(settlement);
        } catch (RuntimeException | Error e) {
            inHand.gone();
            throw e;
        }
        var _ = settled.whenComplete((_, failure) -> {
            inHand.gone();
            wake.run();
            if (failure != null) {
                LOG.atWarn()
                        .setCause(failure)
                        .addKeyValue("queue_id", mail.envelope().queueId())
                        .log("not settled: the mail will be handed out again");
            }
        });
    }

    private static void surprise(TakenMail mail, Throwable e) {
        LOG.atError()
                .setCause(e)
                .addKeyValue("queue_id", mail.envelope().queueId())
                .log("delivery failed unexpectedly");
    }

    private void onGate(Gate.State state) {
        if (stopping) {
            return;
        }
        record.routeState(state);
        switch (state) {
            case Gate.State.Up _ -> {
                prober.stop();
                wake.run();
            }
            case Gate.State.Down down -> {
                connections.closeAllIdle();
                prober.start(down.trouble());
            }
        }
    }

    private void onHealthy(SmtpConnection connection) {
        connections.add(connection);
        gate.probed();
    }

    private boolean isUp() {
        return gate.state() instanceof Gate.State.Up;
    }

    RouteStatus status() {
        Gate.State state = gate.state();
        return new RouteStatus(
                route,
                isUp() ? RouteStatus.State.UP : RouteStatus.State.DOWN,
                state.since(),
                state instanceof Gate.State.Down down ? down.trouble().why() : "",
                gate.connections(),
                places.get(),
                false,
                Optional.empty());
    }

    List<InFlightMail> inFlight() {
        return hands.shown();
    }

    void flush() {
        gate.flush();
        prober.flush();
    }

    /** Housekeeping, to be called about once a second. */
    void closeIdle() {
        connections.closeIdle();
    }

    /** Asks for no more mail; what is in progress goes on. */
    void stop() {
        stopping = true;
        prober.close();
    }

    /** Ends what is in progress: before the final dot it is given back, behind it deferred. */
    void abort() {
        connections.abort();
    }

    /** Blocks until no mail is in hand any more. @return whether that came within {@code limit} */
    boolean awaitEmptyHands(Duration limit) throws InterruptedException {
        return hands.awaitEmpty(limit);
    }

    void close() {
        connections.abort();
        connections.closeAllIdle();
    }
}
