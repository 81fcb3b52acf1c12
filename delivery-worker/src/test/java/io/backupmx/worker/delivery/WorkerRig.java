package io.backupmx.worker.delivery;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.config.Config;
import io.backupmx.config.DnsConfig;
import io.backupmx.config.Failures;
import io.backupmx.config.MxConfig;
import io.backupmx.config.ReportsConfig;
import io.backupmx.config.RetryConfig;
import io.backupmx.config.WorkerConfig;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.NextHop;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.cluster.LocalBoard;
import io.backupmx.worker.cluster.LocalHub;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A delivery worker on an in-memory spool, with routes to ports of this machine. */
final class WorkerRig implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(20);

    static final Domain HOSTNAME = Domain.of("backup.example");

    private final Vertx vertx = Vertx.vertx();
    private final InMemorySpool spool = new InMemorySpool();
    private final ClusterBus bus = new LocalHub().bus("alone");
    private final MeterRegistry metrics;
    private final DeliveryWorker worker;
    private final Route route;

    WorkerRig(Settings settings, int... ports) {
        this(settings, new SimpleMeterRegistry(), ports);
    }

    WorkerRig(Settings settings, MeterRegistry metrics, int... ports) {
        this(
                settings.config(),
                metrics,
                Arrays.stream(ports).mapToObj(WorkerRig::route).toList());
    }

    private WorkerRig(Config config, MeterRegistry metrics, List<Route> routes) {
        this(config, metrics, new Tables(new LinkedHashSet<>(routes)), new NextHopCredentials(Optional.empty()));
    }

    private WorkerRig(Config config, MeterRegistry metrics, Tables tables, NextHopCredentials credentials) {
        this.metrics = metrics;
        this.route = tables.routes().iterator().next();
        worker = new DeliveryWorker(
                vertx,
                HOSTNAME,
                config,
                tables,
                spool,
                spool.admin(),
                bus,
                LocalBoard.unread(),
                credentials,
                (_, _) -> {},
                InstantSource.system(),
                metrics);
        worker.start();
    }

    /** With the route {@code mx} alone. */
    static WorkerRig byMx(Settings settings, MxConfig mx, DnsConfig dns) {
        return new WorkerRig(settings.config(mx, dns), new SimpleMeterRegistry(), List.of(new Route.ByMx()));
    }

    /** Which sends reports to everybody, by MX, without having that route. */
    static WorkerRig bouncing(Settings settings, MxConfig mx, DnsConfig dns, int port) {
        return reporting(settings, Settings.reports(Failures.BOUNCE), mx, dns, port);
    }

    /** Which sends reports as these say. */
    static WorkerRig reporting(Settings settings, ReportsConfig reports, MxConfig mx, DnsConfig dns, int port) {
        return new WorkerRig(
                settings.config(mx, dns, reports, Optional.empty()), new SimpleMeterRegistry(), List.of(route(port)));
    }

    /** Which trusts those in a PEM file, and nobody else, to issue certificates for {@code localhost}, whom it knows by name. */
    static WorkerRig trusting(Path authorities, Settings settings, int port) {
        return new WorkerRig(
                settings.config(MxConfig.DEFAULT, DnsConfig.DEFAULT, Failures.QUARANTINE, Optional.of(authorities)),
                new SimpleMeterRegistry(),
                List.of(Route.to(new NextHop("localhost", port))));
    }

    /** With all of these, each of which may demand something else. */
    static WorkerRig of(Config config, Tables tables, NextHopCredentials credentials) {
        return new WorkerRig(config, new SimpleMeterRegistry(), tables, credentials);
    }

    static Route route(int port) {
        return Route.to(new NextHop("127.0.0.1", port));
    }

    /** What tests vary; all else fits a machine that answers at once. */
    record Settings(
            int connections,
            Duration timeout,
            Duration finalDotTimeout,
            Duration idleTimeout,
            int mailsPerConnection,
            Duration probeInterval,
            Duration probeUnhealthy,
            Duration retryDelay,
            Duration maxLifetime,
            Duration stopGrace) {

        static Settings usual() {
            return new Settings(
                    20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    1000,
                    Duration.ofMillis(1500),
                    Duration.ofMillis(500),
                    Duration.ofHours(1),
                    Duration.ofDays(30),
                    Duration.ofSeconds(5));
        }

        Settings withConnections(int number) {
            return new Settings(
                    number,
                    timeout,
                    finalDotTimeout,
                    idleTimeout,
                    mailsPerConnection,
                    probeInterval,
                    probeUnhealthy,
                    retryDelay,
                    maxLifetime,
                    stopGrace);
        }

        Settings withTimeouts(Duration commands, Duration finalDot) {
            return new Settings(
                    connections,
                    commands,
                    finalDot,
                    idleTimeout,
                    mailsPerConnection,
                    probeInterval,
                    probeUnhealthy,
                    retryDelay,
                    maxLifetime,
                    stopGrace);
        }

        Settings withReuse(Duration idle, int mails) {
            return new Settings(
                    connections,
                    timeout,
                    finalDotTimeout,
                    idle,
                    mails,
                    probeInterval,
                    probeUnhealthy,
                    retryDelay,
                    maxLifetime,
                    stopGrace);
        }

        Settings withProbes(Duration interval, Duration unhealthy) {
            return new Settings(
                    connections,
                    timeout,
                    finalDotTimeout,
                    idleTimeout,
                    mailsPerConnection,
                    interval,
                    unhealthy,
                    retryDelay,
                    maxLifetime,
                    stopGrace);
        }

        Settings withRetries(Duration delay, Duration lifetime) {
            return new Settings(
                    connections,
                    timeout,
                    finalDotTimeout,
                    idleTimeout,
                    mailsPerConnection,
                    probeInterval,
                    probeUnhealthy,
                    delay,
                    lifetime,
                    stopGrace);
        }

        Settings withStopGrace(Duration grace) {
            return new Settings(
                    connections,
                    timeout,
                    finalDotTimeout,
                    idleTimeout,
                    mailsPerConnection,
                    probeInterval,
                    probeUnhealthy,
                    retryDelay,
                    maxLifetime,
                    grace);
        }

        Config config() {
            return config(MxConfig.DEFAULT, DnsConfig.DEFAULT);
        }

        Config config(MxConfig mx, DnsConfig dns) {
            return config(mx, dns, Failures.QUARANTINE);
        }

        /** @param failures who is told of mail that failed */
        Config config(MxConfig mx, DnsConfig dns, Failures failures) {
            return config(mx, dns, failures, Optional.empty());
        }

        Config config(MxConfig mx, DnsConfig dns, Failures failures, Optional<Path> authorities) {
            return config(mx, dns, reports(failures), authorities);
        }

        private static ReportsConfig reports(Failures failures) {
            return new ReportsConfig(failures, Optional.empty(), 100, 20);
        }

        private Config config(MxConfig mx, DnsConfig dns, ReportsConfig reports, Optional<Path> authorities) {
            WorkerConfig worker = new WorkerConfig(
                    connections,
                    TlsLevel.OPPORTUNISTIC,
                    authorities,
                    WorkerConfig.MtaSts.IGNORED,
                    timeout,
                    timeout,
                    timeout,
                    timeout,
                    timeout,
                    timeout,
                    timeout,
                    finalDotTimeout,
                    idleTimeout,
                    mailsPerConnection,
                    probeInterval,
                    probeInterval,
                    probeUnhealthy,
                    probeUnhealthy,
                    stopGrace,
                    WorkerConfig.DEFAULT.xforward(),
                    WorkerConfig.DEFAULT.credentials(),
                    WorkerConfig.AuthInClear.ALLOW, // no test has a secret
                    WorkerConfig.DEFAULT.bindAddress());
            Config usual = Config.DEFAULT;
            return new Config(
                    usual.hostname(),
                    usual.data(),
                    usual.domains(),
                    usual.relayDomains(),
                    usual.transport(),
                    usual.relayRecipients(),
                    usual.recipientDelimiter(),
                    usual.recipientSources(),
                    usual.permitMxBackup(),
                    usual.ingress(),
                    worker,
                    new RetryConfig(List.of(retryDelay), maxLifetime, RetryConfig.DEFAULT.reportLifetime()),
                    reports,
                    mx,
                    dns,
                    usual.spool(),
                    usual.failed(),
                    usual.notices(),
                    usual.ops(),
                    usual.reload());
        }
    }

    /** These are the routes from now on. */
    void configure(Route... routes) {
        worker.replace(new Tables(new LinkedHashSet<>(List.of(routes))));
    }

    /** The same, and of all connections this is demanded from now on. */
    void configure(TlsLevel level, Route... routes) {
        worker.replace(new Tables(new LinkedHashSet<>(List.of(routes)), TlsLevels.everywhere(level)));
    }

    record Tables(Set<Route> routes, TlsLevels tls) implements RelayTables {

        Tables(Set<Route> routes) {
            this(routes, TlsLevels.everywhere(TlsLevel.OPPORTUNISTIC));
        }

        @Override
        public RecipientVerdict verdict(ForwardPath path) {
            return new RecipientVerdict.Unavailable();
        }

        @Override
        public boolean isKnown(ForwardPath path) {
            return !path.address().startsWith("unlisted");
        }

        @Override
        public boolean defersWhileUp(ForwardPath path) {
            return false;
        }

        @Override
        public Set<Domain> domains() {
            return Set.of();
        }
    }

    InMemorySpool spool() {
        return spool;
    }

    DeliveryWorker worker() {
        return worker;
    }

    MeterRegistry metrics() {
        return metrics;
    }

    /** The first one. */
    Route route() {
        return route;
    }

    RouteStatus status() {
        return worker.routes().getFirst();
    }

    /** A small mail on the first route. */
    Envelope store(String... recipients) {
        Envelope envelope = Mails.envelope(recipients);
        store(envelope);
        return envelope;
    }

    void store(Envelope envelope) {
        spool.store(route, envelope, text("Subject: x\r\n\r\nx\r\n"));
    }

    static Content text(String text) {
        return Content.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** None before the first mail that was tried. */
    double attempts(String outcome) {
        return metrics
                .find("backupmx.delivery.attempts")
                .tag("outcome", outcome)
                .tag("next_hop", route.toString())
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    Optional<String> onlyLastReply(List<StoredMail> mails) {
        return mails.getFirst().envelope().recipients().getFirst().lastReply();
    }

    @Override
    public void close() {
        worker.close();
        bus.close();
        spool.close();
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
