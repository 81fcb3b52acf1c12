package io.backupmx.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A transport's next hop in canonical form, for example {@code smtp:[mx1.example.org]:25}: what a queue, a gate and an
 * operator's {@code route} command are about. Several next hops are tried in their order.
 */
public record Route(List<NextHop> nextHops) {

    private static final String TRANSPORT = "smtp:";

    public Route {
        nextHops = List.copyOf(nextHops);
        if (nextHops.isEmpty()) {
            throw new IllegalArgumentException("a route has at least one next hop");
        }
    }

    public static Route to(NextHop nextHop) {
        return new Route(List.of(nextHop));
    }

    /** The route {@code text} spells: {@code smtp:[host]:port}, further next hops behind commas; else empty. */
    public static Optional<Route> parse(String text) {
        if (!text.startsWith(TRANSPORT)) {
            return Optional.empty();
        }
        List<NextHop> hops = new ArrayList<>();
        for (String part : text.substring(TRANSPORT.length()).split(",", -1)) {
            Optional<NextHop> hop = NextHop.parse(part.strip());
            if (hop.isEmpty()) {
                return Optional.empty();
            }
            hops.add(hop.get());
        }
        return Optional.of(new Route(hops));
    }

    /** @throws IllegalArgumentException when {@code text} is no route */
    public static Route of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a route"));
    }

    @Override
    public String toString() {
        return nextHops.stream().map(NextHop::toString).collect(Collectors.joining(",", TRANSPORT, ""));
    }
}
