package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Map;
import java.util.Optional;

/**
 * What the tables say of the way to an address, in the order of transport(5): the address, the address without its
 * extension, its domain, {@code .parent} for each parent from the nearest on, {@code *}. An inline primary stands in the
 * place of its domain's line, and where it is for subdomains too, behind the {@code .domain} line.
 *
 * @param primaries domain → inline primary
 * @param subdomains those of the domains whose primary is for their subdomains too
 */
record RouteLookup(
        TransportTable transport, Map<Domain, Route> primaries, RelayDomains subdomains, RecipientDelimiter delimiter) {

    RouteLookup {
        primaries = Map.copyOf(primaries);
    }

    /** Empty: no table says anything. */
    Optional<RouteReading> find(TableAddress address) {
        return transport
                .find(address)
                .or(() -> delimiter.base(address).flatMap(transport::find))
                .map(TransportTable.Entry::reading)
                .or(() -> primary(address.domain()))
                .or(() -> transport.findExactly(address.domain()).map(TransportTable.Entry::reading))
                .or(() -> address.domain().parent().flatMap(this::below))
                .or(() -> transport.findAnything().map(TransportTable.Entry::reading));
    }

    private Optional<RouteReading> primary(Domain domain) {
        return Optional.ofNullable(primaries.get(domain)).map(RouteReading.Understood::new);
    }

    private Optional<RouteReading> below(Domain parent) {
        return transport
                .findDotted(parent)
                .map(TransportTable.Entry::reading)
                .or(() -> subdomains.coversSubdomains(parent) ? primary(parent) : Optional.empty())
                .or(() -> parent.parent().flatMap(this::below));
    }
}
