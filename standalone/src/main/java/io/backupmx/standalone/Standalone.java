package io.backupmx.standalone;

import ch.qos.logback.classic.LoggerContext;
import io.backupmx.config.Config;
import io.backupmx.config.HostPort;
import io.backupmx.ingress.recipient.TableRecipientDirectory;
import io.backupmx.ingress.session.IngressServer;
import io.backupmx.ops.MachineName;
import io.backupmx.ops.Observability;
import io.backupmx.ops.OpsServer;
import io.backupmx.ops.OrderlyStop;
import io.backupmx.ops.Readiness;
import io.backupmx.ops.StartException;
import io.backupmx.route.CheckedConfig;
import io.backupmx.spool.artemis.ArtemisSpool;
import io.backupmx.worker.SpoolMetrics;
import io.backupmx.worker.admin.AdminAddress;
import io.backupmx.worker.admin.AdminApi;
import io.backupmx.worker.admin.AdminToken;
import io.backupmx.worker.cli.ConfigSummary;
import io.backupmx.worker.delivery.DeliveryWorker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * Ingress, worker and broker in one process. Started in the order that mail needs them, spool first and the door last;
 * stopped in the reverse one.
 */
final class Standalone {

    private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);
    private static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration SPOOL_STOP = Duration.ofSeconds(15);
    private static final Duration BROKER_STOP = Duration.ofSeconds(30);

    /** Beyond a part's own grace, for its last steps. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(12);

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
        stop.add("log", SHORT, Standalone::flushLog);
        MachineName name = MachineName.of(config.hostname());
        DataDirectory data = DataDirectory.take(config.data());
        stop.add("data-directory", SHORT, data::close);
        Observability observability = Observability.start(new VertxOptions());
        Vertx vertx = observability.vertx();
        stop.add("event-loops", SHORT, () -> {
            await(vertx.close());
            observability.close();
        });

        config.spool().broker().ifPresent(url -> {
            throw new StartException("spool.broker: run embeds its own broker, and would not use " + url);
        });
        EmbeddedBroker broker = EmbeddedBroker.start(data.spool(), Standalone::endFor);
        stop.add("broker", BROKER_STOP, broker::close);
        ArtemisSpool spool = ArtemisSpool.at(broker.url(), config.spool());
        ArtemisSpool.Reader reader = spool.reader(data.inFlight());
        stop.add("spool-reader", SPOOL_STOP, reader::close);
        DeliveryWorker worker = startWorker(name, observability, reader);
        HostPort ops = startOps(observability, data, reader, worker);
        HostPort smtp = startIngress(name, observability, data, spool);
        print(out, name, data, ops, smtp);
    }

    /** The last events are still with the appender's thread. */
    private static void flushLog() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }

    /** A process without its spool must not look alive: whoever watches it starts it again. */
    private static void endFor(String diskFailure) {
        LOG.atError().addKeyValue("cause", diskFailure).log("the spool's disk failed: ending");
        System.exit(CommandLine.ExitCode.SOFTWARE);
    }

    private DeliveryWorker startWorker(MachineName name, Observability observability, ArtemisSpool.Reader reader) {
        DeliveryWorker worker = new DeliveryWorker(
                observability.vertx(),
                name.domain(),
                config,
                checked.tables(),
                reader.feeds(),
                InstantSource.system(),
                observability.registry());
        worker.start();
        stop.add("delivery-worker", config.worker().stopGrace().plus(STOP_MARGIN), worker::close);
        SpoolMetrics depths = new SpoolMetrics(reader.admin(), observability.registry());
        depths.start();
        stop.add("spool-metrics", SHORT, depths::close);
        return worker;
    }

    private HostPort startIngress(
            MachineName name, Observability observability, DataDirectory data, ArtemisSpool spool) {
        ArtemisSpool.Writer writer = spool.writer(observability.vertx());
        stop.add("spool-writer", SPOOL_STOP, writer::close);
        readiness.check("spool", () -> switch (writer.room()) {
            case OPEN -> Optional.empty();
            case FULL -> Optional.of("the disk is full: senders are told 452");
            case UNAVAILABLE -> Optional.of("the broker does not answer: senders are told 451");
        });
        IngressServer ingress = new IngressServer(
                observability.vertx(),
                name.domain(),
                config.ingress(),
                data.inFlight(),
                new TableRecipientDirectory(checked.tables()),
                writer,
                observability.registry());
        HostPort configured = config.ingress().listenAddress();
        SocketAddress bound = await(ingress.listen()
                .recover(e -> Future.failedFuture(StartException.cannotListen("ingress.listen", configured, e))));
        // A session whose mail is with the spool already gets its answer after its grace, too.
        Duration stopBound =
                config.ingress().stopGrace().plus(config.spool().storeTimeout()).plus(STOP_MARGIN);
        stop.add("ingress", stopBound, () -> await(ingress.stop(), stopBound));
        return new HostPort(configured.host(), bound.port());
    }

    private HostPort startOps(
            Observability observability, DataDirectory data, ArtemisSpool.Reader reader, DeliveryWorker worker) {
        OpsServer server = new OpsServer(observability.vertx(), config.ops(), observability.registry(), readiness);
        new AdminApi(reader.admin(), worker)
                .mount(
                        server.router(),
                        AdminToken.ensure(data.path()),
                        config.ops().listenAddress().host());
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

    private void print(PrintWriter out, MachineName name, DataDirectory data, HostPort ops, HostPort smtp) {
        ConfigSummary summary = new ConfigSummary(checked, name);
        out.println("Backup MX " + name.domain() + " is ready");
        out.println(ConfigSummary.line("listens", smtp));
        summary.backedUp().forEach(out::println);
        out.println(ConfigSummary.line("spool", data.spool()));
        out.println(ConfigSummary.line("metrics", "http://" + ops + "/metrics"));
        summary.warnings().forEach(warning -> out.println(ConfigSummary.line("warning", warning)));
        out.flush();
    }

    private static <T> T await(Future<T> future) {
        return await(future, START_BOUND);
    }

    private static <T> T await(Future<T> future, Duration bound) {
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
