package io.backupmx.ingress.session;

import io.backupmx.mail.TlsFacts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How many sessions TLS protects, and how often that does not come about. */
final class TlsMetrics {

    private static final String NONE = "none";
    private static final List<String> VERSIONS = List.of(NONE, "TLSv1.2", "TLSv1.3");

    private final Map<String, Counter> sessions = new LinkedHashMap<>();
    private final Map<TlsFailure, Counter> failures = new EnumMap<>(TlsFailure.class);

    TlsMetrics(MeterRegistry registry) {
        for (String version : VERSIONS) {
            sessions.put(
                    version,
                    Counter.builder("backupmx.ingress.tls.sessions")
                            .description("SMTP sessions that have ended, by the TLS that protected them")
                            .tag("version", version)
                            .register(registry));
        }
        for (TlsFailure failure : TlsFailure.values()) {
            failures.put(
                    failure,
                    Counter.builder("backupmx.ingress.tls.handshakes.failed")
                            .description("Handshakes that failed")
                            .tag("reason", failure.label())
                            .register(registry));
        }
    }

    void sessionEnded(Optional<TlsFacts> tls) {
        Counter counter = sessions.get(tls.map(TlsFacts::version).orElse(NONE));
        if (counter != null) {
            counter.increment();
        }
    }

    void handshakeFailed(TlsFailure why) {
        Counter counter = failures.get(why);
        if (counter != null) {
            counter.increment();
        }
    }
}
