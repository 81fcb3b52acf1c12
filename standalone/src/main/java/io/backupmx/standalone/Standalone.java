package io.backupmx.standalone;

import io.backupmx.config.Config;
import io.backupmx.config.HostPort;
import io.backupmx.ops.MachineName;
import io.backupmx.ops.Observability;
import io.backupmx.ops.OpsServer;
import io.backupmx.ops.OrderlyStop;
import io.backupmx.ops.Readiness;
import io.backupmx.ops.StartException;
import io.backupmx.route.CheckedConfig;
import io.backupmx.worker.admin.AdminAddress;
import io.backupmx.worker.cli.ConfigSummary;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ingress, worker and broker in one process. Started in the order that mail needs them, spool first and the door last;
 * stopped in the reverse one.
 */
final class Standalone {

    private static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final CheckedConfig checked;
    private final Config config;
    private final OrderlyStop stop;
    private final Readiness readiness = new Readiness();

    /** @param stop learns of every part as soon as it runs, so that a failed start can be undone */
    Standalone(CheckedConfig checked, OrderlyStop stop) {
        this.checked = checked;
        this.config = checked.config();
        this.stop = stop;
    }

    /**
     * Returns when mail is taken.
     *
     * @param out is told what runs now
     * @throws StartException when an operator has to do something first
     */
    void start(PrintWriter out) {
        stop.onSignal();
        MachineName name = MachineName.of(config.hostname());
        DataDirectory data = DataDirectory.take(config.data());
        stop.add("data-directory", SHORT, data::close);
        Observability observability = Observability.start(new VertxOptions());
        Vertx vertx = observability.vertx();
        stop.add("event-loops", SHORT, () -> {
            await(vertx.close());
            observability.close();
        });

        HostPort ops = startOps(observability, data);
        print(out, name, data, ops);
    }

    private HostPort startOps(Observability observability, DataDirectory data) {
        OpsServer server = new OpsServer(observability.vertx(), config.ops(), observability.registry(), readiness);
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

    private void print(PrintWriter out, MachineName name, DataDirectory data, HostPort ops) {
        ConfigSummary summary = new ConfigSummary(checked, name);
        out.println("Backup MX of " + name.domain());
        summary.backedUp().forEach(out::println);
        out.println(ConfigSummary.line("spool", data.spool()));
        out.println(ConfigSummary.line("metrics", "http://" + ops + "/metrics"));
        summary.warnings().forEach(warning -> out.println(ConfigSummary.line("warning", warning)));
        out.flush();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(START_BOUND.toMillis(), TimeUnit.MILLISECONDS)
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
