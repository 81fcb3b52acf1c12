package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** {@link RelayTables#ways}: the same in every process that has read the same, in whatever order. */
final class WaysFingerprint {

    private final SortedSet<String> lines = new TreeSet<>();

    private WaysFingerprint() {}

    static String of(Set<Domain> domains, RelayDomains subdomains, RouteLookup lookup, Collection<Route> routes) {
        WaysFingerprint ways = new WaysFingerprint();
        domains.forEach(domain -> ways.add(
                "domain", domain, Optional.ofNullable(lookup.primaries().get(domain))));
        domains.stream().findFirst().ifPresent(first -> ways.add("bare postmaster", first, ""));
        subdomains.listed().forEach(domain -> ways.add("below", domain, ""));
        lookup.subdomains().listed().forEach(domain -> ways.add("primary below", domain, ""));
        lookup.transport().entries().forEach(entry -> ways.add("line", entry.key(), way(entry.reading())));
        ways.add("delimiter", lookup.delimiter(), "");
        routes.forEach(route -> ways.add("route", route, "")); // held ones among them
        MessageDigest digest = Digests.sha256();
        ways.lines.forEach(line -> Digests.addLine(line, digest));
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static String way(RouteReading reading) {
        return switch (reading) {
            case RouteReading.Understood(Route route) -> route.toString();
            case RouteReading.Answers(TransportAnswer answer) -> answer.toString();
            case RouteReading.NotUnderstood _ -> "?"; // the reason is for people
        };
    }

    private void add(String what, Object whose, Object way) {
        lines.add(what + " " + whose + " " + way);
    }
}
