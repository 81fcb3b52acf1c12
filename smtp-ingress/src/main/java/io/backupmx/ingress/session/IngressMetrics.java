package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** What the ingress counts. All meters exist from the start, so that a rate has a zero to begin from. */
final class IngressMetrics {

    private static final String MESSAGES = "backupmx.ingress.messages";
    private static final String RECIPIENTS = "backupmx.ingress.recipients";

    private final Map<ConnectionOutcome, Counter> connections = new EnumMap<>(ConnectionOutcome.class);
    private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);
    private final Counter acceptedMessages;
    private final Counter acceptedRecipients;
    private final Counter receivedBytes;
    private final Counter delayed;
    private final Timer store;
    private final TlsMetrics tls;

    IngressMetrics(MeterRegistry registry, ConnectionLimits limits, ContentBudget heap, ContentBudget disk) {
        Gauge.builder("backupmx.ingress.sessions", limits, ConnectionLimits::open)
                .description("Open SMTP sessions")
                .register(registry);
        Gauge.builder("backupmx.ingress.content.heap.bytes", heap, ContentBudget::usedBytes)
                .description("Heap taken by contents in flight")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("backupmx.ingress.content.spilled.bytes", disk, ContentBudget::usedBytes)
                .description("Disk taken by contents in flight, in temporary files")
                .baseUnit("bytes")
                .register(registry);
        tls = new TlsMetrics(registry);
        for (ConnectionOutcome outcome : ConnectionOutcome.values()) {
            connections.put(
                    outcome,
                    Counter.builder("backupmx.ingress.connections")
                            .description("SMTP connections, by how they ended")
                            .tag("outcome", outcome.label())
                            .register(registry));
        }
        for (Refusal refusal : Refusal.values()) {
            refusals.put(
                    refusal,
                    refusal.ofRecipient() ? recipients(registry, refusal.label()) : refused(registry, refusal));
        }
        acceptedMessages = messages(registry, "accepted", "none");
        acceptedRecipients = recipients(registry, "accepted");
        receivedBytes = Counter.builder("backupmx.ingress.received.bytes")
                .description("Content of accepted messages")
                .baseUnit("bytes")
                .register(registry);
        delayed = Counter.builder("backupmx.ingress.unknown.recipients.delayed")
                .description(
                        "Answers about recipients that do not exist, given late to clients that have asked for many")
                .register(registry);
        store = Timer.builder("backupmx.ingress.store")
                .description("From the final dot to the 250, with what rspamd and the DNS take where they are asked")
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20))
                .register(registry);
    }

    TlsMetrics tls() {
        return tls;
    }

    void connectionEnded(ConnectionOutcome outcome) {
        count(connections, outcome);
    }

    /** A mail, or one recipient of it, was not taken. */
    void refused(Refusal reason) {
        count(refusals, reason);
    }

    void unknownRecipientDelayed() {
        delayed.increment();
    }

    void recipientAccepted() {
        acceptedRecipients.increment();
    }

    void messageAccepted(long bytes, Duration stored) {
        acceptedMessages.increment();
        receivedBytes.increment((double) bytes);
        store.record(stored);
    }

    private static <K> void count(Map<K, Counter> counters, K key) {
        Counter counter = counters.get(key);
        if (counter != null) {
            counter.increment();
        }
    }

    private static Counter refused(MeterRegistry registry, Refusal refusal) {
        return messages(registry, refusal.isTemporary() ? "tempfailed" : "refused", refusal.label());
    }

    private static Counter messages(MeterRegistry registry, String outcome, String reason) {
        return Counter.builder(MESSAGES)
                .description("Messages, by what we answered")
                .tag("outcome", outcome)
                .tag("reason", reason)
                .register(registry);
    }

    private static Counter recipients(MeterRegistry registry, String verdict) {
        return Counter.builder(RECIPIENTS)
                .description("Recipients, by what we answered")
                .tag("verdict", verdict)
                .register(registry);
    }
}
