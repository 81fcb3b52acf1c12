package io.backupmx.standalone;

import io.backupmx.config.Config;
import io.backupmx.config.HostPort;
import io.backupmx.config.RspamdConfig;
import io.backupmx.ingress.dnsbl.ScoredBlocklists;
import io.backupmx.ingress.rspamd.ContentCheck;
import io.backupmx.ingress.rspamd.Rspamd;
import io.backupmx.ingress.session.Advisers;
import io.backupmx.ingress.session.IngressServer;
import io.backupmx.ingress.session.Questions;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.ingress.spf.SpfChecks;
import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.ops.StartException;
import io.backupmx.spool.LanedWriter;
import io.backupmx.spool.SpoolWriter.Room;
import io.backupmx.spool.artemis.ArtemisSpool;
import io.vertx.core.Future;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/** The ingress as a part of a process: takes mail and puts it into a spool. */
final class IngressParts {

    private static final Duration SPOOL_STOP = Duration.ofSeconds(15);

    /** Beyond the ingress' own grace, for its last steps. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(12);

    private final ArtemisSpool.Writer writer;
    private final HostPort address;
    private final Optional<HostPort> tlsAddress;

    private IngressParts(ArtemisSpool.Writer writer, HostPort address, Optional<HostPort> tlsAddress) {
        this.writer = writer;
        this.address = address;
        this.tlsAddress = tlsAddress;
    }

    /** Opens the door; whoever comes while the broker is away is told 451. */
    static IngressParts start(Host host, ArtemisSpool spool, RecipientParts recipients, Optional<IngressTls> tls) {
        Config config = host.config();
        DefaultGateways gateways = DefaultGateways.ofThisMachine();
        gateways.problems(config.ingress()).stream().findFirst().ifPresent(problem -> {
            throw new StartException(problem);
        });
        ArtemisSpool.Writer writer = spool.writer(host.vertx());
        host.stop().add("spool-writer", SPOOL_STOP, writer::close);
        host.readiness().check("ingress", () -> problem(writer));
        IngressServer ingress = new IngressServer(
                host.vertx(),
                host.name().domain(),
                config.ingress(),
                gateways,
                host.data().inFlight(),
                new Advisers(
                        recipients.directory(),
                        recipients.limits(),
                        recipients.requireTls(),
                        recipients.policy(),
                        ScoredBlocklists.of(config.ingress().dnsbl(), config.dns(), host.registry()),
                        senders(host),
                        contents(host),
                        recipients.calls()),
                new LanedWriter(writer, recipients::isShut),
                tls,
                host.registry());
        Duration stopBound = stopBound(config);
        host.stop().add("ingress", stopBound, () -> Host.await(ingress.stop(), stopBound));
        HostPort address = bound("ingress.listen", config.ingress().listenAddress(), ingress.listen());
        Optional<HostPort> tlsAddress = config.ingress()
                .tls()
                .listenAddress()
                .map(configured -> bound("ingress.tls.listen", configured, ingress.listenWithTls(configured)));
        recipients.hearGates();
        return new IngressParts(writer, address, tlsAddress);
    }

    /** A session whose mail is complete gets its answer after its grace, too. */
    static Duration stopBound(Config config) {
        return config.ingress()
                .stopGrace()
                .plus(Questions.time(config.ingress()))
                .plus(config.spool().storeTimeout())
                .plus(STOP_MARGIN);
    }

    private static SenderPolicy senders(Host host) {
        return switch (host.config().ingress().spf()) {
            case OFF -> SenderPolicy.NONE;
            case RECORD -> new SpfChecks(host.config().dns(), host.registry());
        };
    }

    private static ContentCheck contents(Host host) {
        RspamdConfig config = host.config().ingress().rspamd();
        if (config.url().isEmpty()) {
            return ContentCheck.NONE;
        }
        Rspamd rspamd = Rspamd.of(host.vertx(), config, host.registry());
        host.stop().add("rspamd", Host.SHORT, rspamd::close);
        return rspamd;
    }

    /** Waits until clients can connect there. */
    private static HostPort bound(String key, HostPort configured, Future<SocketAddress> listening) {
        SocketAddress bound = Host.await(
                listening.recover(e -> Future.failedFuture(StartException.cannotListen(key, configured, e))));
        return new HostPort(configured.host(), bound.port());
    }

    /** Says where it listens. */
    void announce(Announcement announcement) {
        announcement.line("listens", address);
        tlsAddress.ifPresent(door -> announcement.line("", door + ", where TLS comes first"));
    }

    /** Whether the spool answers now. */
    boolean hasSpool() {
        return writer.room() != Room.UNAVAILABLE;
    }

    private static Optional<String> problem(ArtemisSpool.Writer writer) {
        return switch (writer.room()) {
            case OPEN -> Optional.empty();
            case FULL -> Optional.of("the disk is full: senders are told 452");
            case UNAVAILABLE ->
                Optional.of((writer.isRefused()
                                ? "the broker refuses spool.user or its password"
                                : "the broker does not answer")
                        + ": senders are told 451");
        };
    }
}
