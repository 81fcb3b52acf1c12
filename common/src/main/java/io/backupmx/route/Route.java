package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which way mail goes, in canonical form: what a queue, a gate and an operator's {@code route} command are about. */
public sealed interface Route {

    /**
     * To hosts that the configuration names, for example {@code smtp:[mx1.example.org]:25} or {@code lmtp:[store.example.org]:24};
     * several are tried in their order.
     */
    record Hosts(List<NextHop> nextHops) implements Route {

        public Hosts {
            nextHops = List.copyOf(nextHops);
            if (nextHops.isEmpty()) {
                throw new IllegalArgumentException("a route to hosts has at least one next hop");
            } else if (nextHops.stream().map(NextHop::protocol).distinct().count() > 1) {
                throw new IllegalArgumentException("one route, one protocol");
            }
        }

        private static Optional<Route> parse(String text) {
            for (MailProtocol protocol : MailProtocol.values()) {
                String transport = protocol.transport() + ":";
                if (text.startsWith(transport)) {
                    return parse(text.substring(transport.length()), protocol);
                }
            }
            return Optional.empty();
        }

        private static Optional<Route> parse(String text, MailProtocol protocol) {
            List<NextHop> hops = new ArrayList<>();
            for (String part : text.split(",", -1)) {
                Optional<NextHop> hop = NextHop.parse(part.strip(), protocol);
                if (hop.isEmpty()) {
                    return Optional.empty();
                }
                hops.add(hop.get());
            }
            return Optional.of(new Hosts(hops));
        }

        @Override
        public String toString() {
            String transport = nextHops.getFirst().protocol().transport() + ":";
            return nextHops.stream().map(NextHop::toString).collect(Collectors.joining(",", transport, ""));
        }
    }

    /** Nowhere: an operator's word that this mail is not wanted ({@code discard:} in a transport file). */
    record Discard() implements Route {

        static final String NAME = "discard";

        @Override
        public List<NextHop> nextHops() {
            return List.of();
        }

        @Override
        public String toString() {
            return NAME;
        }
    }

    /** Nowhere yet: mail of a domain that the configuration holds ({@code domains.DOMAIN.hold}), subdomains with it. Nobody reads its queue. */
    record Hold(Domain domain) implements Route {

        /** What its text begins with. */
        public static final String PREFIX = "hold:";

        private static Optional<Route> parse(String text) {
            return Domain.parse(text.substring(PREFIX.length()))
                    .filter(domain -> !domain.isAddressLiteral())
                    .map(Hold::new);
        }

        @Override
        public List<NextHop> nextHops() {
            return List.of();
        }

        @Override
        public String toString() {
            return PREFIX + domain;
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

    /**
     * The route {@code text} spells: {@code mx}, {@code discard}, {@code hold:domain}, or {@code smtp:[host]:port} and
     * {@code lmtp:[host]:port}, further next hops behind commas; else empty.
     */
    static Optional<Route> parse(String text) {
        return switch (text) {
            case ByMx.NAME -> Optional.of(new ByMx());
            case Discard.NAME -> Optional.of(new Discard());
            default -> text.startsWith(Hold.PREFIX) ? Hold.parse(text) : Hosts.parse(text);
        };
    }

    /** @throws IllegalArgumentException when {@code text} is no route */
    static Route of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a route"));
    }
}
