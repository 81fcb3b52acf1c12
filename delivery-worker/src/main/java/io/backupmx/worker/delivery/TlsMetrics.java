package io.backupmx.worker.delivery;

import io.backupmx.smtp.client.TlsDemand;
import io.backupmx.smtp.client.TlsResult;
import io.backupmx.smtp.client.TlsTally;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts how it goes with TLS to next hops, in the words of RFC 8460. */
final class TlsMetrics implements TlsTally {

    private static final Logger LOG = LoggerFactory.getLogger(TlsMetrics.class);

    private record Kind(TlsDemand.Policy policy, TlsResult result) {}

    private final Map<Kind, Counter> counters = new HashMap<>();

    TlsMetrics(MeterRegistry metrics) {
        for (TlsDemand.Policy policy : TlsDemand.Policy.values()) {
            for (TlsResult result : TlsResult.values()) {
                counters.put(
                        new Kind(policy, result),
                        Counter.builder("backupmx.tls.sessions")
                                .description("Connections to next hops that were to have TLS, and how that went")
                                .tag("policy", policy.label())
                                .tag("result", result.label())
                                .register(metrics));
            }
        }
    }

    @Override
    public void count(TlsDemand.Policy policy, TlsResult result) {
        try {
            Objects.requireNonNull(counters.get(new Kind(policy, result))).increment();
        } catch (RuntimeException e) { // what cannot be counted has happened all the same
            LOG.atWarn().setCause(e).log("TLS not counted");
        }
    }
}
