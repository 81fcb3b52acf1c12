package io.backupmx.worker.cluster;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which of the cluster's locks stands for a route. Routes that have a host and port in common, be it by way of a third, share
 * a lock, so that each host and port is probed by one worker. All workers of one configuration come to the same result.
 */
final class Shards {

    /** Many enough to spread over workers, few enough for one worker to hold them all. */
    static final int COUNT = 16;

    private static final Comparator<NextHop> ORDER =
            Comparator.comparing(NextHop::host).thenComparingInt(NextHop::port).thenComparing(NextHop::byMx);

    private volatile Layout layout;

    Shards(Collection<Route> configured) {
        layout = new Layout(configured);
    }

    /** These are the routes from now on: others may be in another shard than before, if they lead to hosts of one that is new. */
    void configure(Collection<Route> routes) {
        layout = new Layout(routes);
    }

    /** Whether this worker's own configuration has it. */
    boolean isConfigured(Route route) {
        return layout.configured.contains(route);
    }

    int of(Route route) {
        String leader = route.nextHops().stream()
                .findFirst()
                .map(hop -> layout.leader(hop).toString())
                .orElseGet(route::toString);
        int hash = leader.hashCode(); // the same in every JVM, by its specification
        return Math.floorMod(hash ^ (hash >>> 16), COUNT);
    }

    /** What follows from one configuration. */
    private static final class Layout {
        private final Set<Route> configured;
        private final Map<NextHop, NextHop> towardsLeader = new HashMap<>();

        private Layout(Collection<Route> configured) {
            this.configured = Set.copyOf(configured);
            for (Route route : configured) {
                route.nextHops().forEach(hop -> unite(route.nextHops().getFirst(), hop));
            }
        }

        /** The smallest of its component leads, whatever the order of the configuration. */
        private void unite(NextHop a, NextHop b) {
            NextHop one = leader(a);
            NextHop other = leader(b);
            boolean oneFirst = ORDER.compare(one, other) <= 0;
            var _ = towardsLeader.put(oneFirst ? other : one, oneFirst ? one : other);
        }

        private NextHop leader(NextHop hop) {
            NextHop leader = hop;
            for (NextHop next = towardsLeader.getOrDefault(leader, leader);
                    !next.equals(leader);
                    next = towardsLeader.getOrDefault(leader, leader)) {
                leader = next;
            }
            return leader;
        }
    }
}
