package io.backupmx.ingress.session;

import io.backupmx.config.HostPort;
import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.GatewayLimits;
import io.backupmx.ingress.protocol.Privileges;
import io.backupmx.ingress.protocol.SessionMachine;
import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolWriter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The SMTP ingress as a whole: listens with every core, on each address. To be started once and stopped once. */
public final class IngressServer {

    /** Vert.x shares a free port among servers that ask for it under the same number. */
    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    private static final long LOOK_MILLIS = 1000;

    private final Vertx vertx;
    private final IngressConfig config;
    private final HeapInUse heapInUse;
    private final IngressParts parts;
    private final List<String> deployments = new CopyOnWriteArrayList<>();
    private Optional<Long> looking = Optional.empty();

    /**
     * @param hostname our name in greetings and trace headers
     * @param gateways our own default gateways, which may hide many clients
     * @param advisers who is asked about clients, recipients and contents
     * @param tls there when the configuration offers it
     * @param spillDirectory where contents go that the heap is not to hold; made when it does not exist
     */
    public IngressServer(
            Vertx vertx,
            Domain hostname,
            IngressConfig config,
            DefaultGateways gateways,
            Path spillDirectory,
            Advisers advisers,
            SpoolWriter spool,
            Optional<IngressTls> tls,
            MeterRegistry registry) {
        this.vertx = vertx;
        this.config = config;
        ClientAddresses clients = new ClientAddresses(
                config.trusted(), config.proxies(), config.etrn().clients(), lifted(config.gatewayLimits(), gateways));
        ConnectionLimits limits = new ConnectionLimits(
                config.maxConnections(),
                config.maxConnectionsPerAddress(),
                Rate.perMinute(config.clientLimits().connectionsPerMinute(), System::nanoTime),
                clients);
        ContentBudget heap = new ContentBudget(config.contentHeapBytes());
        ContentBudget disk = new ContentBudget(config.contentSpillLimitBytes());
        this.heapInUse = HeapInUse.ofThisProcess(config.maxHeapPercent());
        this.parts = new IngressParts(
                hostname,
                config,
                new SessionMachine(hostname, config, advisers.limits(), advisers.requireTls(), Privileges.NONE),
                advisers,
                spool,
                new Proxies(config.proxyProtocol().proxies(), config.maxConnections()),
                clients,
                limits,
                new ClientShares(config.clientLimits(), clients, limits, System::nanoTime),
                new Overload(heapInUse::isTooMuch, heap, disk),
                new GatewayClients(registry),
                heap,
                new SpillSpace(spillDirectory, disk, spool::room),
                tls,
                new IngressMetrics(registry, limits, heap, disk));
    }

    private static DefaultGateways lifted(GatewayLimits limits, DefaultGateways gateways) {
        return switch (limits) {
            case LIFT -> gateways;
            case KEEP -> DefaultGateways.NONE;
        };
    }

    /** Done when clients can connect, with the address they can connect to; fails when that is taken or not ours. */
    public Future<SocketAddress> listen() {
        return vertx.executeBlocking(
                        () -> Files.createDirectories(parts.spillSpace().directory()))
                .compose(_ -> open(Door.SMTP, config.listenAddress()))
                .onSuccess(_ ->
                        looking = Optional.of(vertx.setPeriodic(LOOK_MILLIS, _ -> vertx.executeBlocking(this::look))));
    }

    /** As {@link #listen}, to be called after it: where TLS begins with the connection; {@code address} is the configuration's. */
    public Future<SocketAddress> listenWithTls(HostPort address) {
        return open(Door.SMTPS, address);
    }

    private Future<SocketAddress> open(Door door, HostPort address) {
        SocketAddress shared = address.port() > 0
                ? SocketAddress.inetSocketAddress(address.port(), address.host())
                : SocketAddress.sharedRandomPort(FREE_PORTS.incrementAndGet(), address.host());
        AtomicInteger port = new AtomicInteger();
        int loops = Runtime.getRuntime().availableProcessors();
        return vertx.deployVerticle(
                        () -> new IngressVerticle(parts, door, shared, port::set),
                        new DeploymentOptions().setInstances(loops))
                .map(id -> {
                    deployments.add(id);
                    return SocketAddress.inetSocketAddress(port.get(), address.host());
                });
    }

    private boolean look() {
        heapInUse.look();
        return heapInUse.isTooMuch();
    }

    /**
     * Stops accepting, tells sessions 421, lets those past 354 finish within the grace of the configuration, and closes
     * the rest. A mail whose content is complete then is still answered: within the time of {@link Questions}, and then the spool's store
     * timeout. Done when no session is left.
     */
    public Future<Void> stop() {
        looking.ifPresent(vertx::cancelTimer);
        looking = Optional.empty();
        List<Future<Void>> stopping = deployments.stream().map(vertx::undeploy).toList();
        deployments.clear();
        return Future.join(stopping).mapEmpty();
    }
}
