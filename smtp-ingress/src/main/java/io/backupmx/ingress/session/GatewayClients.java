package io.backupmx.ingress.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions of clients that all seem to be our own default gateway. They are served as all others are; but nothing that is
 * judged by a client's address can be judged, which an operator has to know, once. Thread-safe.
 */
final class GatewayClients {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayClients.class);

    private final Counter sessions;
    private final AtomicBoolean told = new AtomicBoolean();

    GatewayClients(MeterRegistry registry) {
        this.sessions = Counter.builder("backupmx.ingress.gateway.sessions")
                .description(
                        "Sessions of clients that seem to be our default gateway, without limits for their address")
                .register(registry);
    }

    /** One was admitted. */
    void came(String address) {
        sessions.increment();
        if (told.compareAndSet(false, true)) {
            LOG.atWarn()
                    .addKeyValue("client", address)
                    .addKeyValue("key", "ingress.gateway_limits")
                    .log("clients seem to be our own default gateway, so limits for each address are lifted: "
                            + "see docs/operations.md, all clients seem to be the gateway");
        }
    }
}
