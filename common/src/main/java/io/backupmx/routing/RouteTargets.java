package io.backupmx.routing;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.routing.AddressResolver.Addresses;
import io.backupmx.smtp.client.Peer;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom to connect to for a route: next hops in its order, each one's addresses in the resolver's (RFC 5321 §5.1), of each so many
 * at most, and none that leads to ourselves.
 *
 * @param unresolved why there are none of some next hops
 * @param ours why some were left out
 */
record RouteTargets(List<Target> targets, List<String> unresolved, List<String> ours) {

    /** More addresses than a sane host has. Of each next hop, lest the first one hides the second. */
    static final int MAX_ADDRESSES = 16;

    /** One address of a next hop. */
    record Target(NextHop hop, SocketAddress address) {

        /** Whether both are exchangers of one name, so that behind one that is we the other gets no mail. */
        boolean isBeside(Target other) {
            return hop.byMx() && hop.equals(other.hop);
        }
    }

    RouteTargets {
        targets = List.copyOf(targets);
        unresolved = List.copyOf(unresolved);
        ours = List.copyOf(ours);
    }

    /** Blocks while names are looked up. */
    static RouteTargets of(Route route, AddressResolver resolver, OwnDoors doors) {
        List<Target> targets = new ArrayList<>();
        List<String> unresolved = new ArrayList<>();
        List<String> ours = new ArrayList<>();
        for (NextHop hop : route.nextHops()) {
            switch (resolver.resolve(hop)) {
                case Addresses.Found(List<SocketAddress> addresses) -> add(hop, addresses, doors, targets, ours);
                case Addresses.NotNow(String why) -> unresolved.add(why);
            }
        }
        return new RouteTargets(targets, unresolved, ours);
    }

    private static void add(
            NextHop hop, List<SocketAddress> addresses, OwnDoors doors, List<Target> targets, List<String> ours) {
        int added = 0;
        for (SocketAddress address : addresses) {
            if (doors.leadsHere(address)) {
                ours.add(Peer.name(address) + " is this server");
                if (hop.byMx()) {
                    return;
                }
            } else if (added < MAX_ADDRESSES) {
                targets.add(new Target(hop, address));
                added++;
            }
        }
    }

    /** Whether {@code one} is a mail exchanger that is preferred less than {@code other}. */
    boolean isBehind(Target one, Target other) {
        return one.isBeside(other) && targets.indexOf(one) > targets.indexOf(other);
    }

    /** Why there is nobody to connect to. */
    String nobody() {
        List<String> all = new ArrayList<>(ours);
        all.addAll(unresolved);
        return String.join("; ", all);
    }
}
