package io.backupmx.ingress.source;

import io.backupmx.config.RecipientSourcesConfig;
import io.backupmx.ingress.recipient.CachedLookup;
import io.backupmx.ingress.recipient.RecipientLookup;
import io.backupmx.route.RecipientList;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The sources that the configuration names, with what metrics tell of them. */
public final class RecipientSources implements AutoCloseable {

    private static final String SOURCE = "source";

    private final MeterRegistry registry;
    private final Map<String, RecipientLookup> lookups = new LinkedHashMap<>();

    private RecipientSources(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Starts them; none of them has to be there. May block for a second for each list whose copy is read.
     *
     * @param config without problems
     * @param directory for copies of lists
     * @param shrinkLimitPercent how much of its entries a list may lose at once
     */
    public static RecipientSources start(
            Vertx vertx,
            RecipientSourcesConfig config,
            Path directory,
            int shrinkLimitPercent,
            MeterRegistry registry) {
        RecipientSources sources = new RecipientSources(registry);
        config.ldap().forEach((name, ldap) -> sources.ask(name, LdapLookup.of(name, ldap)));
        config.sql().forEach((name, sql) -> sources.ask(name, SqlLookup.of(name, sql)));
        ListRoom room = new ListRoom(RecipientList.maxBytes());
        config.http()
                .forEach((name, http) -> sources.read(
                        name, HttpListLookup.start(vertx, name, http, directory, room, shrinkLimitPercent)));
        return sources;
    }

    private void ask(String name, RecipientLookup lookup) {
        CachedLookup cached = new CachedLookup(name, lookup);
        lookups.put(name, cached);
        showUp(name, cached::isWell);
    }

    private void showUp(String name, BooleanSupplier isWell) {
        Gauge.builder("backupmx.recipient.source.up", isWell, source -> source.getAsBoolean() ? 1 : 0)
                .description("Whether a source of recipients gave a usable answer when it was last asked")
                .tag(SOURCE, name)
                .strongReference(true)
                .register(registry);
    }

    private void read(String name, HttpListLookup list) {
        lookups.put(name, list);
        showUp(name, list::isWell);
        Gauge.builder("backupmx.recipient.list.entries", list, HttpListLookup::size)
                .description("Entries of a list of recipients that is fetched")
                .tag(SOURCE, name)
                .register(registry);
        Gauge.builder(
                        "backupmx.recipient.list.age",
                        list,
                        source -> source.age()
                                .map(age -> (double) age.toSeconds())
                                .orElse(Double.NaN))
                .description("Since its server said last that it is the one it has; NaN: there is none")
                .baseUnit("seconds")
                .tag(SOURCE, name)
                .register(registry);
    }

    /** By name. */
    public Map<String, RecipientLookup> lookups() {
        return Map.copyOf(lookups);
    }

    /** Bounded, as each of them is. */
    @Override
    public void close() {
        lookups.values().forEach(RecipientLookup::close);
    }
}
