package io.backupmx.worker.delivery;

import io.backupmx.config.Config;
import io.backupmx.config.WorkerConfig;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.RelayTables;
import io.backupmx.routing.AddressResolver;
import io.backupmx.routing.MxResolver;
import io.backupmx.routing.OwnDoors;
import io.backupmx.routing.RouteConnector;
import io.backupmx.routing.TlsDemands;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.Manner;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.tls.Authorities;
import io.backupmx.tls.UnusableCertificate;
import io.backupmx.worker.gate.ProbeSchedule;
import io.backupmx.worker.gate.Probers;
import io.backupmx.worker.retry.BackOffTable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** How a worker reaches next hops, to deliver and to probe: their names, what TLS is to be, and the time it takes at most. */
final class Outbound implements AutoCloseable {

    /** A connection request is repeated after 1 s, then ever later: a longer wait would only miss a host that is back. */
    private static final Duration PROBE_CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Of all workers together, so that a provider whose thousands of routes are dead is not mistaken for a scanner. */
    private static final double PROBES_PER_SECOND = 50;

    private final Config config;
    private final SmtpClient client;
    private final TlsDemands tls;
    private final MxResolver exchangers;
    private final AddressResolver resolver;
    private final RouteConnector connector;
    private final Counter loops;

    /**
     * @param hostname our name in EHLO
     * @param tables say of each next hop what TLS is to be
     * @param credentials for next hops that want to know who we are
     */
    Outbound(
            Vertx vertx,
            Domain hostname,
            Config config,
            RelayTables tables,
            NextHopCredentials credentials,
            MeterRegistry metrics) {
        WorkerConfig worker = config.worker();
        this.config = config;
        this.client = new SmtpClient(vertx, options(hostname, worker), authorities(worker), new TlsMetrics(metrics));
        this.loops = Counter.builder("backupmx.mx.loops.back")
                .description("Mail of the route mx that would have come back to us, each time it was tried")
                .register(metrics);
        this.tls = TlsDemands.of(config);
        this.exchangers = MxResolver.of(hostname, config, new Random());
        this.resolver = new AddressResolver(exchangers::resolve);
        this.connector = new RouteConnector(
                client,
                resolver,
                OwnDoors.of(config),
                (hop, address) -> tls.ofHop(tables.tls().of(hop), hop, address),
                new RouteConnector.Timeouts(worker.connectTimeout(), probeConnectTimeout(worker)),
                hop -> new Manner(hop.protocol(), credentials.of(hop)));
    }

    private static Authorities authorities(WorkerConfig worker) {
        try {
            return Authorities.of(worker.tlsCaFile());
        } catch (UnusableCertificate e) {
            throw new IllegalStateException(e.getMessage(), e); // it was good when the configuration was checked
        }
    }

    private static SmtpClientOptions options(Domain hostname, WorkerConfig worker) {
        return new SmtpClientOptions(
                hostname,
                worker.connectTimeout(),
                worker.greetingTimeout(),
                worker.commandTimeout(),
                worker.mailTimeout(),
                worker.recipientTimeout(),
                worker.dataTimeout(),
                worker.dataBlockTimeout(),
                worker.finalDotTimeout(),
                worker.authInClear() == WorkerConfig.AuthInClear.ALLOW,
                worker.bindAddresses());
    }

    private static ProbeSchedule probes(WorkerConfig worker) {
        return new ProbeSchedule(
                worker.probeInterval(),
                worker.probeIntervalLater(),
                worker.probeUnhealthy(),
                worker.probeUnhealthyMax());
    }

    private static Duration probeConnectTimeout(WorkerConfig worker) {
        return worker.connectTimeout().compareTo(PROBE_CONNECT_TIMEOUT) < 0
                ? worker.connectTimeout()
                : PROBE_CONNECT_TIMEOUT;
    }

    /** To routes with hosts of their own. */
    RouteConnector connector() {
        return connector;
    }

    /** To wherever the DNS says. */
    MxParts byMx(BackOffTable backOffs) {
        return new MxParts(config.mx(), exchangers, client, tls, backOffs, loops);
    }

    /** @param share how much of the probes of all workers this one may start, of 1 */
    Probers probers(DoubleSupplier share, InstantSource clock) {
        return new Probers(
                connector::probe,
                probes(config.worker()),
                () -> PROBES_PER_SECOND * share.getAsDouble(),
                new Random(),
                clock);
    }

    @Override
    public void close() {
        client.close();
        tls.close();
        resolver.close();
    }
}
