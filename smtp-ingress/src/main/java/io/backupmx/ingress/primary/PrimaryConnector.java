package io.backupmx.ingress.primary;

import io.backupmx.config.Config;
import io.backupmx.route.Route;
import io.backupmx.routing.AddressResolver;
import io.backupmx.routing.MailHosts;
import io.backupmx.routing.MxResolver;
import io.backupmx.routing.RouteConnector;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Connects to the primary of a domain, by the way its mail goes. A client waits meanwhile: it is less patient than a delivery. */
final class PrimaryConnector implements CallAheads.Connector {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration REPLY = Duration.ofSeconds(8);
    private static final int MAX_ADDRESSES = 4;

    private final SmtpClient client;
    private final AddressResolver resolver;
    private final RouteConnector connector;
    private final MxResolver mx;
    private final int mxPort;

    /** @param hostname our name in EHLO */
    PrimaryConnector(Vertx vertx, Domain hostname, Config config) {
        this.client = new SmtpClient(
                vertx,
                new SmtpClientOptions(
                        hostname, config.worker().tls(), CONNECT, REPLY, REPLY, REPLY, REPLY, REPLY, REPLY, REPLY));
        this.mx = MxResolver.of(hostname, config, new Random());
        this.resolver = new AddressResolver(name -> mx.resolve(name).best());
        this.connector = new RouteConnector(client, resolver, CONNECT, CONNECT);
        this.mxPort = config.mx().port();
    }

    @Override
    public ConnectResult connect(Route route, Domain domain) {
        return switch (route) {
            case Route.Hosts hosts -> connector.connect(hosts);
            case Route.ByMx _ ->
                switch (mx.resolve(domain)) {
                    case MailHosts.Found found -> first(found);
                    case MailHosts.NullMx _ -> new ConnectResult.Unreachable(domain + " takes no mail (null MX)");
                    case MailHosts.LoopsBack(String why) -> new ConnectResult.Unreachable(why);
                    case MailHosts.NotNow(String why) -> new ConnectResult.Unreachable(why);
                };
        };
    }

    private ConnectResult first(MailHosts.Found found) {
        int preference = found.hosts().getFirst().preference();
        List<SocketAddress> addresses = found.hosts().stream()
                .takeWhile(host -> host.preference() == preference) // what comes behind is another backup
                .flatMap(host -> host.addresses().stream())
                .limit(MAX_ADDRESSES)
                .map(address -> SocketAddress.inetSocketAddress(new InetSocketAddress(address, mxPort)))
                .toList();
        ConnectResult last = new ConnectResult.Unreachable("no address");
        for (SocketAddress address : addresses) {
            last = client.connect(address, CONNECT);
            if (last instanceof ConnectResult.Connected) {
                return last;
            }
        }
        return last;
    }

    @Override
    public void close() {
        client.close();
        resolver.close();
    }
}
