package io.backupmx.ingress.tls;

import io.backupmx.tls.ServerCertificate;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What operators see of each certificate. */
final class CertificateMetrics {

    private final MeterRegistry registry;

    CertificateMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void show(String name, Supplier<ServerCertificate> inUse, BooleanSupplier stale) {
        Gauge.builder("backupmx.ingress.tls.certificate.reload.failed", stale, it -> it.getAsBoolean() ? 1 : 0)
                .description(
                        "1 while the files hold a certificate that could not be taken, so that an older one is in use")
                .tag("certificate", name)
                .strongReference(true)
                .register(registry);
        Gauge.builder(
                        "backupmx.ingress.tls.certificate.begins.timestamp",
                        inUse,
                        it -> it.get().begins().getEpochSecond())
                .description("When the certificate in use becomes valid")
                .tag("certificate", name)
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        Gauge.builder(
                        "backupmx.ingress.tls.certificate.expires.timestamp",
                        inUse,
                        it -> it.get().expires().getEpochSecond())
                .description("When the certificate in use expires")
                .tag("certificate", name)
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }
}
