package io.backupmx.routing;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.routing.RouteTargets.Target;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.Manner;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TlsDemand;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds a host of a route that takes mail, and never ourselves: neither an address of ours nor a host that answers EHLO with our
 * own name. For virtual threads: its methods block, and are ended by an interrupt.
 */
public final class RouteConnector {

    /** RFC 5321 §5.1: at least two addresses are tried. Further ones of a next hop only as long as it is not hopeless. */
    private static final int MIN_ADDRESSES = 2;

    private static final Duration CONNECTING = Duration.ofMinutes(1);

    /** What a connection to a host is to be; may block. */
    @FunctionalInterface
    public interface Demands {

        /** @param address of {@code hop}; where that means mail exchangers, by the name of one */
        TlsDemand of(NextHop hop, SocketAddress address);
    }

    /**
     * How long each connection may take to be made.
     *
     * @param delivery of one that is to carry mail
     * @param probe for the TCP connection of a probe. Short, because a host that comes back does not answer a connection
     *     request that it never saw until that is repeated, and the repeats come ever later
     */
    public record Timeouts(Duration delivery, Duration probe) {}

    /** @param isOurs whether that was ourselves; then nobody is connected */
    record Tried(ConnectResult result, boolean isOurs) {}

    private final SmtpClient client;
    private final AddressResolver resolver;
    private final OwnDoors doors;
    private final Demands demands;
    private final Timeouts timeouts;
    private final Function<NextHop, Manner> manners;
    private final FailedLately<Target> failedLately;

    /** Without credentials for anybody. */
    public RouteConnector(
            SmtpClient client, AddressResolver resolver, OwnDoors doors, Demands demands, Timeouts timeouts) {
        this(client, resolver, doors, demands, timeouts, hop -> new Manner(hop.protocol(), Optional.empty()));
    }

    /** @param manners how a next hop is spoken to */
    public RouteConnector(
            SmtpClient client,
            AddressResolver resolver,
            OwnDoors doors,
            Demands demands,
            Timeouts timeouts,
            Function<NextHop, Manner> manners) {
        this(
                client,
                resolver,
                doors,
                demands,
                timeouts,
                manners,
                new FailedLately<>(FailedLately.COSTLY, System::nanoTime));
    }

    RouteConnector(
            SmtpClient client,
            AddressResolver resolver,
            OwnDoors doors,
            Demands demands,
            Timeouts timeouts,
            Function<NextHop, Manner> manners,
            FailedLately<Target> failedLately) {
        this.client = client;
        this.resolver = resolver;
        this.doors = doors;
        this.demands = demands;
        this.timeouts = timeouts;
        this.manners = manners;
        this.failedLately = failedLately;
    }

    /**
     * The first host that takes mail: next hops in the route's order, addresses in the resolver's (RFC 5321 §5.1), but for those
     * that were silent lately, which come last until a look in the background has found them back ({@link FailedLately}).
     */
    public ConnectResult connect(Route route) {
        RouteTargets found = RouteTargets.of(route, resolver, doors);
        ConnectResult last = new ConnectResult.Unreachable(found.nobody());
        Efforts efforts = new Efforts();
        List<Target> rest = new ArrayList<>(failedLately.order(found.targets()));
        while (!rest.isEmpty()) {
            Target target = rest.removeFirst();
            if (efforts.areHopeless(target.hop())) {
                continue;
            }
            Tried tried = connect(target, timeouts.delivery());
            if (tried.result() instanceof ConnectResult.Connected) {
                lookAfter(rest);
                return tried.result();
            }
            if (Thread.currentThread().isInterrupted()) {
                return tried.result();
            }
            if (tried.isOurs()) {
                rest.removeIf(other -> found.isBehind(other, target));
            }
            last = worse(last, tried.result());
        }
        return saying(found, last);
    }

    /** Whether {@code hop} takes mail, all its addresses asked at once: a dead one must not hide a living one. */
    public ConnectResult probe(NextHop hop) {
        return probe(Route.to(hop));
    }

    /** Any host that takes mail, all addresses asked at once: a dead one must not hide a living one. */
    public ConnectResult probe(Route route) {
        RouteTargets found = RouteTargets.of(route, resolver, doors);
        ConnectResult nobody = new ConnectResult.Unreachable(found.nobody());
        return switch (found.targets().size()) {
            case 0 -> nobody;
            case 1 ->
                saying(
                        found,
                        connect(found.targets().getFirst(), timeouts.probe()).result());
            default ->
                saying(
                        found,
                        new AllAtOnce(found.targets(), target -> connect(target, timeouts.probe())).first(nobody));
        };
    }

    private Tried connect(Target target, Duration timeout) {
        long began = System.nanoTime();
        ConnectResult result = client.connect(
                target.address(), timeout, manners.apply(target.hop()), demands.of(target.hop(), target.address()));
        if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
            failedLately.answered(target);
            return isOurs(target, connection) ? ourselves(connection) : new Tried(result, false);
        }
        if (!Thread.currentThread().isInterrupted()) {
            failedLately.failed(target, Duration.ofNanos(System.nanoTime() - began));
        }
        return new Tried(result, false);
    }

    /** We speak no LMTP; who delivers into mailboxes may well have the name of the machine that both of us are on. */
    private static boolean isOurs(Target target, SmtpConnection connection) {
        return target.hop().protocol() == MailProtocol.SMTP && connection.isNamedAsWe();
    }

    /** NAT, a balancer or an alias hid it from {@link OwnDoors}; delivered, the mail would be here again. */
    private static Tried ourselves(SmtpConnection connection) {
        connection.abort();
        return new Tried(
                new ConnectResult.Unhealthy(
                        connection.peer() + " is this server: it answers EHLO with our own name", false),
                true);
    }

    /** Nobody's mail waits for those that may be back. */
    private void lookAfter(List<Target> untried) {
        for (Target target : untried) {
            if (failedLately.isToBeLookedAt(target)) {
                Thread.ofVirtual().name("look-after").start(() -> {
                    if (connect(target, timeouts.probe()).result()
                            instanceof ConnectResult.Connected(SmtpConnection connection)) {
                        connection.quit();
                    }
                });
            }
        }
    }

    /** That one of its addresses is ours is for an operator to know, whatever ails the others. */
    private static ConnectResult saying(RouteTargets found, ConnectResult result) {
        if (found.ours().isEmpty() || found.targets().isEmpty()) {
            return result;
        }
        String ours = "; " + String.join("; ", found.ours());
        return switch (result) {
            case ConnectResult.Connected connected -> connected;
            case ConnectResult.Unreachable(String why) -> new ConnectResult.Unreachable(why + ours);
            case ConnectResult.Unhealthy(String why, boolean forGood) ->
                new ConnectResult.Unhealthy(why + ours, forGood);
        };
    }

    /** Somebody unwell says more than nobody there; of equals the later. */
    static ConnectResult worse(ConnectResult before, ConnectResult now) {
        return before instanceof ConnectResult.Unhealthy && now instanceof ConnectResult.Unreachable ? before : now;
    }

    /** What has been done for next hops in vain. */
    private static final class Efforts {

        private record Effort(int addresses, long sinceNanos) {}

        private final Map<NextHop, Effort> efforts = new HashMap<>();

        /** Before one more address of {@code hop} is tried. */
        boolean areHopeless(NextHop hop) {
            long now = System.nanoTime();
            Effort effort = efforts.getOrDefault(hop, new Effort(0, now));
            if (effort.addresses() >= MIN_ADDRESSES && now - effort.sinceNanos() > CONNECTING.toNanos()) {
                return true;
            }
            efforts.put(hop, new Effort(effort.addresses() + 1, effort.sinceNanos()));
            return false;
        }
    }
}
