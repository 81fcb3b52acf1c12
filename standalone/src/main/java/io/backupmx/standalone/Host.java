package io.backupmx.standalone;

import ch.qos.logback.classic.LoggerContext;
import io.backupmx.config.Config;
import io.backupmx.config.HostPort;
import io.backupmx.ops.MachineName;
import io.backupmx.ops.Observability;
import io.backupmx.ops.OpsServer;
import io.backupmx.ops.OrderlyStop;
import io.backupmx.ops.Readiness;
import io.backupmx.ops.StartException;
import io.backupmx.reload.LastTables;
import io.backupmx.reload.TableMetrics;
import io.backupmx.reload.TableReloads;
import io.backupmx.reload.TableWatch;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.RelayTables;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.artemis.ArtemisSpool;
import io.backupmx.worker.admin.AdminAddress;
import io.backupmx.worker.admin.AdminApi;
import io.backupmx.worker.admin.AdminRequests;
import io.backupmx.worker.admin.AdminToken;
import io.backupmx.worker.admin.ReloadRequests;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * What every service process has, whatever it serves: its configuration, data directory, event loops, metrics, health, and
 * an orderly end.
 */
final class Host {

    /** For a part that only has to let go. */
    static final Duration SHORT = Duration.ofSeconds(5);

    /** In the data directory. */
    private static final String LAST_TABLES = "tables-in-use";

    private static final Duration START_BOUND = Duration.ofSeconds(60);

    private final CheckedConfig checked;
    private final TableReloads reloads;
    private final OrderlyStop stop;
    private final MachineName name;
    private final DataDirectory data;
    private final Observability observability;
    private final Readiness readiness;

    private Host(
            CheckedConfig checked,
            TableReloads reloads,
            OrderlyStop stop,
            MachineName name,
            DataDirectory data,
            Observability observability) {
        this.checked = checked;
        this.reloads = reloads;
        this.stop = stop;
        this.name = name;
        this.data = data;
        this.observability = observability;
        this.readiness = new Readiness(observability.registry());
    }

    /**
     * @param reloads of the tables that are part of {@code checked}
     * @param stop learns of every part as soon as it runs, so that a failed start can be undone
     * @throws StartException when an operator has to do something first
     */
    static Host open(CheckedConfig checked, TableReloads reloads, OrderlyStop stop) {
        stop.onSignal();
        stop.add("log", SHORT, Host::flushLog);
        MachineName name = MachineName.of(checked.config().hostname());
        DataDirectory data = DataDirectory.take(checked.config().data());
        stop.add("data-directory", SHORT, data::close);
        Observability observability = Observability.start(new VertxOptions());
        stop.add("event-loops", SHORT, () -> {
            await(observability.vertx().close());
            observability.close();
        });
        TableMetrics.show(reloads, observability.registry());
        LastTables last = new LastTables(data.path().resolve(LAST_TABLES));
        last.compare(checked.tables(), checked.config().reload().shrinkLimitPercent());
        last.remember(checked.tables());
        reloads.handTo(last::remember, checked.tables());
        return new Host(checked, reloads, stop, name, data, observability);
    }

    /** The last events are still with the appender's thread. */
    private static void flushLog() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }

    CheckedConfig checked() {
        return checked;
    }

    Config config() {
        return checked.config();
    }

    /** Those that the process has started with. */
    RelayTables tables() {
        return checked.tables();
    }

    TableReloads reloads() {
        return reloads;
    }

    /** Gives {@code taker} whatever takes the place of {@link #tables}. */
    void onTables(Consumer<RelayTables> taker) {
        reloads.handTo(taker, tables());
    }

    /** From now on changed tables are taken while the process runs. */
    void watchTables() {
        TableWatch watch = new TableWatch(reloads, config().reload());
        watch.start();
        stop.add("tables-watch", SHORT, watch::close);
    }

    OrderlyStop stop() {
        return stop;
    }

    MachineName name() {
        return name;
    }

    DataDirectory data() {
        return data;
    }

    Vertx vertx() {
        return observability.vertx();
    }

    PrometheusMeterRegistry registry() {
        return observability.registry();
    }

    Readiness readiness() {
        return readiness;
    }

    /** The spool on the broker at {@code url}; whether that is there shows later. */
    ArtemisSpool spool(String url) {
        try {
            return ArtemisSpool.at(url, config().spool());
        } catch (SpoolException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Serves metrics, health and the admin API from now on, and lets the command line find it; the real address.
     *
     * @param requests the service's own parts of the admin API; of two that take one path the first does
     */
    HostPort serveOps(AdminRequests... requests) {
        OpsServer server = new OpsServer(vertx(), config().ops(), registry(), readiness);
        new AdminApi(Stream.concat(Stream.of(new ReloadRequests(reloads)), Stream.of(requests))
                        .toArray(AdminRequests[]::new))
                .mount(
                        server.router(),
                        AdminToken.of(config().ops().tokenFile(), data.path()),
                        config().ops().listenAddress().host());
        HostPort address = await(server.listen());
        stop.add("ops-server", SHORT, () -> await(server.close()));
        try {
            AdminAddress.ofThisProcess(address).write(data.path());
        } catch (IOException e) {
            throw new StartException("data: " + data.path() + " cannot be written: " + e.getMessage(), e);
        }
        stop.add("admin-address", SHORT, () -> AdminAddress.remove(data.path()));
        return address;
    }

    static <T> T await(Future<T> future) {
        return await(future, START_BOUND);
    }

    static <T> T await(Future<T> future, Duration bound) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(bound.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case StartException problem -> throw problem;
                case TimeoutException _ -> throw new StartException("no part may take a minute to start or stop", e);
                case null, default -> throw e;
            }
        }
    }
}
