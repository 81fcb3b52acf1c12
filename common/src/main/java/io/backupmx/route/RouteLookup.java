package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    /** What was found, and where. */
    record Found(RouteReading reading, RouteSource source) {}

    /** Empty: no table says anything. */
    Optional<Found> find(TableAddress address) {
        return transport
                .find(address)
                .or(() -> delimiter.base(address).flatMap(transport::find))
                .map(RouteLookup::line)
                .or(() -> find(address.domain()));
    }

    /** Of addresses without a line of their own. */
    Optional<Found> find(Domain domain) {
        return primary(domain)
                .or(() -> transport.findExactly(domain).map(RouteLookup::line))
                .or(() -> domain.parent().flatMap(this::below))
                .or(() -> transport.findAnything().map(RouteLookup::line));
    }

    /** Each way that mail may go: first that of each of {@code domains}, then all lines that mean something. */
    List<RouteLine> lines(Set<Domain> domains) {
        List<RouteLine> lines = new ArrayList<>();
        for (Domain domain : domains) {
            find(domain).ifPresent(found -> add(lines, Optional.of(domain), false, found.reading()));
            if (subdomains.coversSubdomains(domain)) {
                primary(domain).ifPresent(found -> add(lines, Optional.of(domain), true, found.reading()));
            }
        }
        for (TransportTable.Entry entry : transport.entries()) {
            switch (entry.key()) {
                case TransportTable.Key.Address(TableAddress address) ->
                    add(lines, Optional.of(address.domain()), false, entry.reading());
                case TransportTable.Key.Exactly(Domain domain) -> {
                    if (!primaries.containsKey(domain)) {
                        add(lines, Optional.of(domain), false, entry.reading());
                    }
                }
                case TransportTable.Key.Below(Domain domain) -> add(lines, Optional.of(domain), true, entry.reading());
                case TransportTable.Key.Anything _ -> add(lines, Optional.empty(), false, entry.reading());
            }
        }
        return lines;
    }

    private static void add(List<RouteLine> lines, Optional<Domain> about, boolean below, RouteReading reading) {
        if (reading instanceof RouteReading.Understood(Route route)) {
            lines.add(new RouteLine(about, below, route));
        }
    }

    private static Found line(TransportTable.Entry entry) {
        return new Found(entry.reading(), new RouteSource.TransportLine(entry.line()));
    }

    private Optional<Found> primary(Domain domain) {
        return Optional.ofNullable(primaries.get(domain))
                .map(route -> new Found(new RouteReading.Understood(route), new RouteSource.Primary(domain)));
    }

    private Optional<Found> below(Domain parent) {
        return transport
                .findDotted(parent)
                .map(RouteLookup::line)
                .or(() -> subdomains.coversSubdomains(parent) ? primary(parent) : Optional.empty())
                .or(() -> parent.parent().flatMap(this::below));
    }
}
