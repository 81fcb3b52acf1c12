package io.backupmx.worker.delivery;

import io.backupmx.route.NextHop;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.Extensions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What next hops say they take, each time they are greeted, and so what the routes to them take. Of a route with several
 * next hops something is known once all are, for mail may go to the most generous; of one that means a name's mail exchangers
 * nothing, for they change.
 */
final class GreetedHosts {

    private static final int MAX_KNOWN = 20_000;

    /** Not at each connection all routes are looked through. */
    private static final long AGAIN_NANOS = Duration.ofMinutes(10).toNanos();

    private final Supplier<? extends Collection<Route>> routes;
    private final BiConsumer<Route, NextHopLimits> known;
    private final Map<NextHop, Greeted> hosts = new ConcurrentHashMap<>();

    private record Greeted(NextHopLimits limits, long atNanos) {}

    /** @param known hears what is new of a route, and the same again every ten minutes at most */
    GreetedHosts(Supplier<? extends Collection<Route>> routes, BiConsumer<Route, NextHopLimits> known) {
        this.routes = routes;
        this.known = known;
    }

    void greeted(NextHop hop, Extensions offered) {
        if (hop.byMx() || (hosts.size() >= MAX_KNOWN && !hosts.containsKey(hop))) {
            return;
        }
        Greeted now = new Greeted(new NextHopLimits(offered.maxSizeBytes(), offered.smtpUtf8()), System.nanoTime());
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
        List<NextHop> hops = route.nextHops();
        if (hops.stream().allMatch(hosts::containsKey)) {
            hops.stream()
                    .flatMap(hop -> Optional.ofNullable(hosts.get(hop)).stream())
                    .map(Greeted::limits)
                    .reduce(NextHopLimits::or)
                    .ifPresent(limits -> known.accept(route, limits));
        }
    }
}
