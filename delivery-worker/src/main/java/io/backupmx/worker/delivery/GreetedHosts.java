package io.backupmx.worker.delivery;

import io.backupmx.route.NextHop;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.Extensions;
import io.backupmx.smtp.client.SmtpConnection;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What next hops say they take, and so what the routes to them take; as far as they said it on a connection over which they
 * have then taken a mail, for whatever else answers at their address, or they themselves while they start, may say anything.
 * Of a route with several next hops something is known once all are, for mail may go to the most generous, and as long as all
 * were met in the last days, and REQUIRETLS only where all offer it; of one that means a name's mail exchangers nothing, for they change.
 */
final class GreetedHosts {

    private static final int MAX_KNOWN = 20_000;

    /** Not at each connection all routes are looked through. */
    private static final long AGAIN_NANOS = Duration.ofMinutes(10).toNanos();

    /** As long as a word holds in the end: of several hosts none is to be renewed by another's. */
    private static final long HOLDS_NANOS = Duration.ofDays(7).toNanos();

    /** RFC 5321 §4.5.3.1.7: so much every host takes. */
    private static final long LEAST_LIMIT = 64 << 10;

    private final Supplier<? extends Collection<Route>> routes;
    private final BiConsumer<Route, NextHopLimits> known;
    private final LongSupplier nanoTime;
    private final Map<NextHop, Greeted> hosts = new ConcurrentHashMap<>();

    private record Greeted(NextHopLimits limits, long atNanos) {}

    /** @param known hears what is new of a route, and the same again every ten minutes at most */
    GreetedHosts(Supplier<? extends Collection<Route>> routes, BiConsumer<Route, NextHopLimits> known) {
        this(routes, known, System::nanoTime);
    }

    GreetedHosts(
            Supplier<? extends Collection<Route>> routes,
            BiConsumer<Route, NextHopLimits> known,
            LongSupplier nanoTime) {
        this.routes = routes;
        this.known = known;
        this.nanoTime = nanoTime;
    }

    /** A mail of {@code route} was taken over {@code connection}. */
    void took(Route route, SmtpConnection connection) {
        hop(route, connection.address()).ifPresent(hop -> took(hop, connection.extensions()));
    }

    /** Which of its next hops that address is of; empty when that cannot be told. */
    static Optional<NextHop> hop(Route route, SocketAddress address) {
        List<NextHop> hops = route.nextHops();
        return hops.size() == 1
                ? Optional.of(hops.getFirst())
                : hops.stream()
                        .filter(hop ->
                                hop.port() == address.port() && hop.host().equals(address.host()))
                        .findFirst();
    }

    void took(NextHop hop, Extensions offered) {
        if (!offered.extended() || hop.byMx() || (hosts.size() >= MAX_KNOWN && !hosts.containsKey(hop))) {
            return;
        }
        OptionalLong limit = offered.maxSizeBytes();
        boolean isLimit = limit.isPresent() && limit.getAsLong() >= LEAST_LIMIT;
        Greeted now = new Greeted(
                new NextHopLimits(isLimit ? limit : OptionalLong.empty(), offered.smtpUtf8(), offered.requireTls()),
                nanoTime.getAsLong());
        Greeted before = hosts.get(hop);
        if (before != null && before.limits().equals(now.limits()) && now.atNanos() - before.atNanos() < AGAIN_NANOS) {
            return;
        }
        hosts.put(hop, now);
        for (Route route : routes.get()) {
            if (route.nextHops().contains(hop)) {
                tell(route);
            }
        }
    }

    private void tell(Route route) {
        long now = nanoTime.getAsLong();
        List<NextHop> hops = route.nextHops();
        List<NextHopLimits> all = hops.stream()
                .flatMap(hop -> Optional.ofNullable(hosts.get(hop)).stream())
                .filter(greeted -> now - greeted.atNanos() < HOLDS_NANOS)
                .map(Greeted::limits)
                .toList();
        if (all.size() == hops.size()) {
            all.stream().reduce(NextHopLimits::or).ifPresent(limits -> known.accept(route, limits));
        }
    }
}
