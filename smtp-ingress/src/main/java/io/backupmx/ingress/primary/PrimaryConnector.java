package io.backupmx.ingress.primary;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.backupmx.config.Config;
import io.backupmx.config.WorkerConfig;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.routing.AddressResolver;
import io.backupmx.routing.MailHost;
import io.backupmx.routing.MailHosts;
import io.backupmx.routing.MxResolver;
import io.backupmx.routing.OwnDoors;
import io.backupmx.routing.RouteConnector;
import io.backupmx.routing.TlsDemands;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.Manner;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.smtp.client.TlsTally;
import io.backupmx.tls.Authorities;
import io.backupmx.tls.UnusableCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Connects to the primary of a domain, by the way its mail goes. A client waits meanwhile: it is less patient than a delivery. */
final class PrimaryConnector implements CallAheads.Connector {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration REPLY = Duration.ofSeconds(8);
    private static final int MAX_ADDRESSES = 4;

    /** The DNS is not asked about a domain for each of its recipients, whatever the TTL of its records. */
    private static final Duration BY_MX_HOLDS = Duration.ofSeconds(5);

    private static final int MAX_DOMAINS = 1000;

    private final SmtpClient client;
    private final AddressResolver resolver;
    private final Supplier<TlsLevels> levels;
    private final TlsDemands tls;
    private final RouteConnector connector;
    private final MxResolver mx;
    private final int mxPort;
    private final Cache<Domain, List<CallAheads.Asked>> byMx;

    /**
     * @param hostname our name in EHLO
     * @param levels what connections are to be, now
     */
    PrimaryConnector(Vertx vertx, Domain hostname, Config config, Supplier<TlsLevels> levels) {
        this.client = new SmtpClient(
                vertx,
                new SmtpClientOptions(
                        hostname,
                        CONNECT,
                        REPLY,
                        REPLY,
                        REPLY,
                        REPLY,
                        REPLY,
                        REPLY,
                        REPLY,
                        config.worker().authInClear() == WorkerConfig.AuthInClear.ALLOW,
                        config.worker().bindAddresses()),
                authorities(config),
                TlsTally.none());
        this.levels = levels;
        this.tls = TlsDemands.of(config);
        this.mx = MxResolver.of(hostname, config, new Random());
        this.resolver = new AddressResolver(name -> mx.resolve(name).best());
        NextHopCredentials credentials = new NextHopCredentials(config.worker().credentials());
        this.connector = new RouteConnector(
                client,
                resolver,
                OwnDoors.of(config),
                (hop, address) -> tls.ofHop(levels.get().of(hop), hop, address),
                new RouteConnector.Timeouts(CONNECT, CONNECT),
                hop -> new Manner(hop.protocol(), credentials.of(hop)));
        this.mxPort = config.mx().port();
        this.byMx = Caffeine.newBuilder()
                .maximumSize(MAX_DOMAINS)
                .expireAfterWrite(BY_MX_HOLDS)
                .executor(Runnable::run)
                .build();
    }

    private static Authorities authorities(Config config) {
        try {
            return Authorities.of(config.worker().tlsCaFile());
        } catch (UnusableCertificate e) {
            throw new IllegalStateException(e.getMessage(), e); // it was good when the configuration was checked
        }
    }

    @Override
    public ConnectResult connect(Route route, Domain domain) {
        ConnectResult last = new ConnectResult.Unreachable("no address");
        for (CallAheads.Asked asked : toAsk(route, domain)) {
            last = asked.connect().get();
            if (last instanceof ConnectResult.Connected) {
                return last;
            }
        }
        return last;
    }

    @Override
    public List<CallAheads.Asked> toAsk(Route route, Domain domain) {
        return switch (route) {
            case Route.Hosts hosts -> List.of(new CallAheads.Asked(hosts.toString(), () -> connector.connect(hosts)));
            case Route.ByMx _ -> known(domain);
            case Route.Discard _, Route.Hold _ -> List.of();
        };
    }

    private List<CallAheads.Asked> known(Domain domain) {
        List<CallAheads.Asked> known = byMx.getIfPresent(domain);
        if (known != null) {
            return known;
        }
        List<CallAheads.Asked> now =
                byMx(domain); // not within the cache, where others would wait for a domain of no concern
        byMx.put(domain, now);
        return now;
    }

    private List<CallAheads.Asked> byMx(Domain domain) {
        return switch (mx.resolve(domain)) {
            case MailHosts.Found found -> best(found, domain);
            case MailHosts.NullMx _ -> nobody(domain, domain + " takes no mail (null MX)");
            case MailHosts.LoopsBack(String why) -> nobody(domain, why);
            case MailHosts.NotNow(String why) -> nobody(domain, why);
        };
    }

    /** It is away itself, for nobody knows who its primary is. */
    private static List<CallAheads.Asked> nobody(Domain domain, String why) {
        return List.of(new CallAheads.Asked("mx " + domain, () -> new ConnectResult.Unreachable(why)));
    }

    private List<CallAheads.Asked> best(MailHosts.Found found, Domain domain) {
        int preference = found.hosts().getFirst().preference();
        return found.hosts().stream()
                .takeWhile(host -> host.preference() == preference) // what comes behind is another backup
                .flatMap(MailHost::named)
                .distinct() // hosts of several names
                .limit(MAX_ADDRESSES)
                .map(address -> at(address, domain))
                .toList();
    }

    private CallAheads.Asked at(InetAddress address, Domain domain) {
        SocketAddress socket = SocketAddress.inetSocketAddress(new InetSocketAddress(address, mxPort));
        TlsLevel level = levels.get().of(domain);
        // Not by its text, which has the name that its owner looked it up by.
        return new CallAheads.Asked(
                "mx " + address.getHostAddress() + (tls.areOf(domain, level) ? " " + level + " " + domain : ""),
                () -> client.connect(
                        socket, CONNECT, tls.ofExchanger(level, domain, String.valueOf(socket.host()), mxPort)));
    }

    @Override
    public void close() {
        client.close();
        tls.close();
        resolver.close();
    }
}
