package io.backupmx.cluster;

import io.backupmx.route.RelayTables;
import io.backupmx.route.RequireTls;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.TlsLevel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether mail with REQUIRETLS keeps it on the routes of the tables: by what is demanded of connections, and by what workers have
 * heard of hosts. One route in the way is enough, and is remembered: others are looked at once it is not in the way any more, so that
 * ten thousand routes that become known one by one are looked at once each, and an EHLO looks at a clock. Safe from any thread.
 */
public final class RequireTlsRoutes implements RequireTls {

    private final SharedLimits limits;
    private final InstantSource clock;
    private volatile TlsLevels levels = TlsLevels.everywhere(TlsLevel.OFF);

    /** Before it, it is kept everywhere. */
    private volatile Instant everywhereUntil = Instant.MIN;

    // Guarded by this: the routes whose hosts have to be known, where each is among them, and which is in the way.
    private List<String> names = List.of();
    private Map<String, Integer> places = Map.of();
    private boolean mayBe;
    private int inTheWay;

    /** @param limits whom nobody else watches */
    public RequireTlsRoutes(RelayTables tables, SharedLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        limits.watch(this::heard);
        replace(tables);
    }

    /** From now on {@code tables} say what routes there are, and what is demanded. */
    public void replace(RelayTables tables) {
        TlsLevels demanded = tables.tls();
        Set<Route> routes = tables.routes();
        boolean allLookedAt = !routes.isEmpty() && routes.stream().allMatch(demanded::lookAtPeers);
        if (allLookedAt) {
            limits.start(); // else nobody needs to know
        }
        synchronized (this) {
            levels = demanded;
            mayBe = allLookedAt;
            places = new LinkedHashMap<>();
            if (allLookedAt) {
                routes.stream()
                        .filter(Route.Hosts.class::isInstance)
                        .forEach(route -> places.put(route.toString(), places.size()));
            }
            names = List.copyOf(places.keySet());
            inTheWay = 0;
            look();
        }
    }

    private synchronized void heard(String route) {
        Integer place = places.get(route);
        if (place != null && (place == inTheWay || everywhereUntil.isAfter(Instant.MIN))) {
            inTheWay = place;
            look();
        }
    }

    /** Round from the one that was in the way. */
    private void look() {
        Instant all = mayBe ? Instant.MAX : Instant.MIN;
        for (int i = 0; i < names.size(); i++) {
            int place = (inTheWay + i) % names.size();
            Instant until = limits.requireTlsUntil(names.get(place)).orElse(Instant.MIN);
            if (until.equals(Instant.MIN)) {
                inTheWay = place;
                all = until;
                break;
            }
            all = until.isBefore(all) ? until : all;
        }
        everywhereUntil = all;
    }

    private synchronized void lookAgain() {
        look();
    }

    @Override
    public boolean everywhere() {
        Instant until = everywhereUntil;
        if (until.equals(Instant.MIN)) {
            return false;
        }
        if (!clock.instant().isBefore(until)) {
            lookAgain(); // the oldest word has had its time, unless there is a newer one, once in a while
        }
        return clock.instant().isBefore(everywhereUntil);
    }

    @Override
    public Onward by(Route route) {
        if (route instanceof Route.Hold) {
            return Onward.UNKNOWN; // by what way its mail goes once it does is open
        } else if (!levels.lookAtPeers(route)) {
            return Onward.BROKEN;
        }
        return switch (route) {
            case Route.Hosts hosts ->
                limits.of(hosts)
                        .map(known -> known.requireTls() ? Onward.KEPT : Onward.BROKEN)
                        .orElse(Onward.UNKNOWN);
            case Route.Discard _ -> Onward.KEPT; // there is no way onwards that could be in the clear
            case Route.ByMx _, Route.Hold _ -> Onward.BROKEN;
        };
    }
}
