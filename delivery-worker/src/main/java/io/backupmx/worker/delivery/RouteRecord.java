package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.TlsFacts;
import io.backupmx.ops.MailLog;
import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes down what became of mail on one route: the mail log and the metrics, in the same words. */
final class RouteRecord {

    private static final String NEXT_HOP = "next_hop";

    private final String nextHop;
    private final MeterRegistry metrics;
    private final Supplier<Number> inFlight;
    private @Nullable Gauge inHand;
    private @Nullable Meters meters;
    private @Nullable Timer delay;

    /** Registers nothing yet: of thousands of routes most have no mail, and of those that have, many are down. */
    RouteRecord(Route route, MeterRegistry metrics, Supplier<Number> inFlight) {
        this.nextHop = route.toString();
        this.metrics = metrics;
        this.inFlight = inFlight;
    }

    private record Meters(Counter delivered, Counter deferred, Counter failed, Counter expired) {}

    private synchronized Meters meters() {
        Meters known = meters;
        if (known == null) {
            known = new Meters(attempts("delivered"), attempts("deferred"), attempts("failed"), expirations());
            meters = known;
            begin();
        }
        return known;
    }

    private Counter attempts(String outcome) {
        return Counter.builder("backupmx.delivery.attempts")
                .description("Recipients tried, by how it ended")
                .tag("outcome", outcome)
                .tag(NEXT_HOP, nextHop)
                .register(metrics);
    }

    private Counter expirations() {
        return Counter.builder("backupmx.expired")
                .description("Mails given up because they had had their time")
                .tag(NEXT_HOP, nextHop)
                .register(metrics);
    }

    /** Its buckets are large, and a route that is down may never need them. */
    private synchronized Timer delay() {
        Timer known = delay;
        if (known == null) {
            known = newDelay();
            delay = known;
        }
        return known;
    }

    private Timer newDelay() {
        return Timer.builder("backupmx.delivery.delay")
                .description("From a mail's arrival to the next hop's 250")
                .tag(NEXT_HOP, nextHop)
                .serviceLevelObjectives(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(10),
                        Duration.ofHours(1),
                        Duration.ofHours(6),
                        Duration.ofDays(1),
                        Duration.ofDays(5))
                .register(metrics);
    }

    /** A mail is in hand, which is shown from now on; what becomes of mail is counted from the first on that was tried. */
    synchronized void begin() {
        if (inHand == null) {
            inHand = Gauge.builder("backupmx.delivery.in_flight", inFlight)
                    .description("Mails in the worker's hands")
                    .tag(NEXT_HOP, nextHop)
                    .register(metrics);
        }
    }

    void outcomes(Envelope envelope, List<RecipientOutcome> outcomes, Instant now) {
        Duration age = Duration.between(envelope.arrival().at(), now);
        for (int i = 0; i < outcomes.size(); i++) {
            outcome(envelope, envelope.recipients().get(i).path(), outcomes.get(i), age);
        }
    }

    private void outcome(Envelope envelope, ForwardPath to, RecipientOutcome outcome, Duration age) {
        switch (outcome) {
            case RecipientOutcome.Delivered(var reply, var host, var tls, var _) -> {
                meters().delivered().increment();
                delay().record(age.isNegative() ? Duration.ZERO : age);
                line(envelope, to, age)
                        .addKeyValue("host", host)
                        .addKeyValue("tls", tls.map(TlsFacts::version).orElse("none"))
                        .addKeyValue("reply", reply)
                        .log("delivered");
            }
            case RecipientOutcome.Deferred(String why) -> {
                meters().deferred().increment();
                line(envelope, to, age).addKeyValue("reason", why).log("deferred");
            }
            case RecipientOutcome.Postponed(String why, Duration _, boolean tried) -> {
                if (tried) { // else its destination's line says it once, for all its mail
                    meters().deferred().increment();
                    line(envelope, to, age).addKeyValue("reason", why).log("deferred");
                }
            }
            case RecipientOutcome.Failed(String why) -> {
                meters().failed().increment();
                line(envelope, to, age).addKeyValue("reason", why).log("failed");
            }
            case RecipientOutcome.Untried _ -> {} // the route's line says it once, for all its mail
        }
    }

    private LoggingEventBuilder line(Envelope envelope, ForwardPath to, Duration age) {
        return MailLog.LOG
                .atInfo()
                .addKeyValue("queue_id", envelope.queueId())
                .addKeyValue("to", to)
                .addKeyValue(NEXT_HOP, nextHop)
                .addKeyValue("delay", BigDecimal.valueOf(age.toMillis(), 3)) // seconds
                .addKeyValue("attempts", envelope.attempts() + 1);
    }

    /** Shows nothing any more, until there is something again. */
    synchronized void forget() {
        Meters known = meters;
        if (known != null) {
            List.of(known.delivered(), known.deferred(), known.failed(), known.expired())
                    .forEach(metrics::remove);
        }
        remove(inHand);
        remove(delay);
        inHand = null;
        delay = null;
        meters = null;
    }

    private void remove(@Nullable Meter meter) {
        if (meter != null) {
            metrics.remove(meter);
        }
    }

    /** A mail had had its time. */
    void expired() {
        meters().expired().increment();
    }
}
