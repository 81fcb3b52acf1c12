package io.backupmx.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which way mail goes, in canonical form: what a queue, a gate and an operator's {@code route} command are about. */
public sealed interface Route {

    /**
     * To hosts that the configuration names, for example {@code smtp:[mx1.example.org]:25}; several are tried in their
     * order.
     */
    record Hosts(List<NextHop> nextHops) implements Route {

        private static final String TRANSPORT = "smtp:";

        public Hosts {
            nextHops = List.copyOf(nextHops);
            if (nextHops.isEmpty()) {
                throw new IllegalArgumentException("a route to hosts has at least one next hop");
            }
        }

        private static Optional<Route> parse(String text) {
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
            return Optional.of(new Hosts(hops));
        }

        @Override
        public String toString() {
            return nextHops.stream().map(NextHop::toString).collect(Collectors.joining(",", TRANSPORT, ""));
        }
    }

    /** To the mail exchangers of each recipient's domain, as the DNS names them (RFC 5321 §5.1). */
    record ByMx() implements Route {

        static final String NAME = "mx";

        @Override
        public List<NextHop> nextHops() {
            return List.of();
        }

        @Override
        public String toString() {
            return NAME;
        }
    }

    /** The hosts that the configuration names; none where the DNS does. */
    List<NextHop> nextHops();

    static Route to(NextHop nextHop) {
        return new Hosts(List.of(nextHop));
    }

    static Route to(List<NextHop> nextHops) {
        return new Hosts(nextHops);
    }

    /** The route {@code text} spells: {@code mx}, or {@code smtp:[host]:port}, further next hops behind commas; else empty. */
    static Optional<Route> parse(String text) {
        return text.equals(ByMx.NAME) ? Optional.of(new ByMx()) : Hosts.parse(text);
    }

    /** @throws IllegalArgumentException when {@code text} is no route */
    static Route of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a route"));
    }
}
