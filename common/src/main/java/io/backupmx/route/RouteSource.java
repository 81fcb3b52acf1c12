package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Map;
import java.util.Optional;

/** What gives an address its route. */
public sealed interface RouteSource {

    /** A line of the transport file. */
    record TransportLine(int line) implements RouteSource {}

    /** {@code domains.DOMAIN.primary}. */
    record Primary(Domain domain) implements RouteSource {}

    /** Nothing. */
    record None() implements RouteSource {}

    /** In the order in which {@link ConfiguredRelayTables} looks. */
    static RouteSource of(TableAddress address, TransportTable transport, Map<Domain, Route> primaries) {
        return transport
                .find(address)
                .<RouteSource>map(entry -> new TransportLine(entry.line()))
                .or(() -> Optional.of(address.domain())
                        .filter(primaries::containsKey)
                        .map(Primary::new))
                .or(() -> transport.find(address.domain()).map(entry -> new TransportLine(entry.line())))
                .orElse(new None());
    }
}
