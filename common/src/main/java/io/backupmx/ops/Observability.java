package io.backupmx.ops;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/**
 * One process' metrics, and the Vert.x that reports to them. No label holds what a peer can choose: neither its address
 * nor an HTTP method or path of its own invention.
 */
public final class Observability implements AutoCloseable {

    private static final long LAG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PrometheusMeterRegistry registry;
    private final Vertx vertx;
    private final JvmGcMetrics gc = new JvmGcMetrics();

    private Observability(PrometheusMeterRegistry registry, Vertx vertx) {
        this.registry = registry;
        this.vertx = vertx;
    }

    /** @param options of the Vert.x to make; its metrics options are replaced */
    public static Observability start(VertxOptions options) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MicrometerMetricsOptions metrics = new MicrometerMetricsOptions()
                .setNettyMetricsEnabled(true)
                .setLabels(EnumSet.of(Label.LOCAL, Label.HTTP_CODE, Label.POOL_TYPE, Label.POOL_NAME))
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                .addDisabledMetricsCategory(MetricsDomain.DATAGRAM_SOCKET);
        metrics.setEnabled(true);
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions(options).setMetricsOptions(metrics))
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
        Observability observability = new Observability(registry, vertx);
        observability.watchEventLoops();
        // The management beans take 100 ms to load, and nobody asks before the service is up.
        Thread.ofPlatform().daemon().name("jvm-metrics").start(observability::bindJvm);
        return observability;
    }

    public PrometheusMeterRegistry registry() {
        return registry;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Closes the registry; Vert.x is its user's to close. */
    @Override
    public void close() {
        gc.close();
        registry.close();
    }

    private void bindJvm() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new JvmInfoMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /** Whatever blocks an event loop delays every session on it: shows as lag here. */
    private void watchEventLoops() {
        Timer lag = Timer.builder("backupmx.eventloop.lag")
                .description("how late a task due every second ran on each event loop")
                .register(registry);
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            scheduleTick(loop, lag);
        }
    }

    private static void scheduleTick(EventExecutor loop, Timer lag) {
        if (loop.isShuttingDown()) {
            return;
        }
        long due = System.nanoTime() + LAG_INTERVAL_NANOS;
        var _ = loop.schedule(
                () -> {
                    lag.record(Math.max(0, System.nanoTime() - due), TimeUnit.NANOSECONDS);
                    scheduleTick(loop, lag);
                },
                LAG_INTERVAL_NANOS,
                TimeUnit.NANOSECONDS);
    }
}
