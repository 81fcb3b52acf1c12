package io.backupmx.reload;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The relay tables in use, as metrics of every service. */
public final class TableMetrics {

    private final MeterRegistry registry;
    private final TableReloads reloads;

    private TableMetrics(TableReloads reloads, MeterRegistry registry) {
        this.reloads = reloads;
        this.registry = registry;
    }

    public static void show(TableReloads reloads, MeterRegistry registry) {
        TableMetrics metrics = new TableMetrics(reloads, registry);
        metrics.gauge(
                "backupmx.tables.reload.failed",
                null,
                "1 while the files hold tables that could not be taken, so that older ones are in use",
                tables -> tables.stale() ? 1 : 0);
        metrics.gauge(
                "backupmx.tables.loaded.timestamp",
                "seconds",
                "When the relay tables in use were loaded",
                tables -> tables.since().toEpochMilli() / 1000.0);
        metrics.gauge("backupmx.domains", null, "Domains that are backed up", TablesInUse::domains);
        metrics.gauge("backupmx.recipients", null, "Recipients that are listed", TablesInUse::recipients);
    }

    private void gauge(String name, @Nullable String unit, String what, ToDoubleFunction<TablesInUse> value) {
        Gauge.builder(name, reloads, it -> value.applyAsDouble(it.inUse()))
                .description(what)
                .baseUnit(unit)
                .strongReference(true)
                .register(registry);
    }
}
