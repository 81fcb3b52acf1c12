package io.backupmx.routing;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.routing.AddressResolver.Addresses;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.Manner;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TlsDemand;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** Finds a host of a route that takes mail. For virtual threads: its methods block, and are ended by an interrupt. */
public final class RouteConnector {

    /** More addresses than a sane set of hosts has. */
    private static final int MAX_ADDRESSES = 16;

    /** What a connection to a host is to be; may block. */
    @FunctionalInterface
    public interface Demands {

        /** @param address of {@code hop}; where that means mail exchangers, by the name of one */
        TlsDemand of(NextHop hop, SocketAddress address);
    }

    /** One address of a next hop. */
    private record Target(NextHop hop, SocketAddress address) {}

    private final SmtpClient client;
    private final AddressResolver resolver;
    private final Demands demands;
    private final Duration connectTimeout;
    private final Duration probeConnectTimeout;
    private final Function<NextHop, Manner> manners;

    /** Without credentials for anybody. */
    public RouteConnector(
            SmtpClient client,
            AddressResolver resolver,
            Demands demands,
            Duration connectTimeout,
            Duration probeConnectTimeout) {
        this(
                client,
                resolver,
                demands,
                connectTimeout,
                probeConnectTimeout,
                hop -> new Manner(hop.protocol(), Optional.empty()));
    }

    /**
     * @param probeConnectTimeout for the TCP connection of a probe. Short, because a host that comes back does not answer
     *     a connection request that it never saw until that is repeated, and the repeats come ever later
     * @param manners how a next hop is spoken to
     */
    public RouteConnector(
            SmtpClient client,
            AddressResolver resolver,
            Demands demands,
            Duration connectTimeout,
            Duration probeConnectTimeout,
            Function<NextHop, Manner> manners) {
        this.client = client;
        this.resolver = resolver;
        this.demands = demands;
        this.connectTimeout = connectTimeout;
        this.probeConnectTimeout = probeConnectTimeout;
        this.manners = manners;
    }

    /** The first host that takes mail: next hops in the route's order, addresses in the resolver's (RFC 5321 §5.1). */
    public ConnectResult connect(Route route) {
        List<String> unresolved = new ArrayList<>();
        List<Target> targets = targets(route, unresolved);
        ConnectResult last = new ConnectResult.Unreachable(String.join("; ", unresolved));
        for (Target target : targets) {
            ConnectResult result = connect(target, connectTimeout);
            if (result instanceof ConnectResult.Connected
                    || Thread.currentThread().isInterrupted()) {
                return result;
            }
            last = worse(last, result);
        }
        return last;
    }

    /** Whether {@code hop} takes mail, all its addresses asked at once: a dead one must not hide a living one. */
    public ConnectResult probe(NextHop hop) {
        return probe(Route.to(hop));
    }

    /** Any host that takes mail, all addresses asked at once: a dead one must not hide a living one. */
    public ConnectResult probe(Route route) {
        List<String> unresolved = new ArrayList<>();
        List<Target> targets = targets(route, unresolved);
        if (targets.size() == 1) {
            return connect(targets.getFirst(), probeConnectTimeout);
        }
        BlockingQueue<ConnectResult> results = new LinkedBlockingQueue<>();
        List<Thread> asking = targets.stream()
                .map(target -> Thread.startVirtualThread(() -> results.add(connect(target, probeConnectTimeout))))
                .toList();
        ConnectResult last = new ConnectResult.Unreachable(String.join("; ", unresolved));
        try {
            for (int i = 0; i < asking.size(); i++) {
                ConnectResult result = results.take();
                if (result instanceof ConnectResult.Connected) {
                    leave(asking, results);
                    return result;
                }
                last = worse(last, result);
            }
            return last;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leave(asking, results);
            return new ConnectResult.Unreachable("interrupted");
        }
    }

    /** The others are not needed any more. */
    private static void leave(List<Thread> asking, BlockingQueue<ConnectResult> results) {
        asking.forEach(Thread::interrupt);
        Thread.startVirtualThread(() -> {
            try {
                for (Thread thread : asking) {
                    thread.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            for (ConnectResult result : results) {
                if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
                    connection.quit();
                }
            }
        });
    }

    private ConnectResult connect(Target target, Duration timeout) {
        return client.connect(
                target.address(), timeout, manners.apply(target.hop()), demands.of(target.hop(), target.address()));
    }

    private List<Target> targets(Route route, List<String> unresolved) {
        List<Target> all = new ArrayList<>();
        for (NextHop hop : route.nextHops()) {
            switch (resolver.resolve(hop)) {
                case Addresses.Found(List<SocketAddress> addresses) ->
                    addresses.forEach(address -> all.add(new Target(hop, address)));
                case Addresses.NotNow(String why) -> unresolved.add(why);
            }
        }
        return all.subList(0, Math.min(all.size(), MAX_ADDRESSES));
    }

    /** Somebody unwell says more than nobody there; of equals the later. */
    private static ConnectResult worse(ConnectResult before, ConnectResult now) {
        return before instanceof ConnectResult.Unhealthy && now instanceof ConnectResult.Unreachable ? before : now;
    }
}
