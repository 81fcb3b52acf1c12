package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The relay tables that {@link RelayTablesLoader} makes of the configuration. Judged in a fixed order that no table can
 * change: relay domain, route, recipient. So {@code *} in a transport file routes mail of our domains, and opens nothing.
 */
public final class ConfiguredRelayTables implements RelayTables {

    private final Set<Domain> domains;
    private final RelayDomains file;
    private final Map<Domain, Route> primaries;
    private final TransportTable transport;
    private final RecipientTruth recipients;
    private final Set<Route> routes;
    private final List<String> warnings;

    ConfiguredRelayTables(
            Set<Domain> domains,
            RelayDomains file,
            Map<Domain, Route> primaries,
            TransportTable transport,
            RecipientTruth recipients,
            Set<Route> routes,
            List<String> warnings) {
        this.domains = Collections.unmodifiableSet(new LinkedHashSet<>(domains));
        this.file = file;
        this.primaries = Map.copyOf(primaries);
        this.transport = transport;
        this.recipients = recipients;
        this.routes = Collections.unmodifiableSet(new LinkedHashSet<>(routes));
        this.warnings = List.copyOf(warnings);
    }

    @Override
    public RecipientVerdict verdict(ForwardPath path) {
        return verdict(address(path));
    }

    @Override
    public boolean isListed(ForwardPath path) {
        return recipients.of(address(path)) == RecipientTruth.Existence.LISTED;
    }

    private TableAddress address(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster _ ->
                new TableAddress("postmaster", domains.iterator().next());
            case ForwardPath.To to -> TableAddress.of(to.mailbox());
        };
    }

    @Override
    public Set<Domain> domains() {
        return domains;
    }

    @Override
    public Set<Route> routes() {
        return routes;
    }

    /** For the operator at start-up: domains that accept every address, and entries that do less than they seem to. */
    public List<String> warnings() {
        return warnings;
    }

    /** How many addresses of our domains are listed. */
    public int recipients() {
        return recipients.listedDomains().stream()
                .filter(this::isRelayDomain)
                .mapToInt(recipients::listed)
                .sum();
    }

    /** Who and what makes the verdict. */
    public Explanation explain(ForwardPath path) {
        TableAddress address = address(path);
        boolean ours = isRelayDomain(address.domain());
        return new Explanation(
                address.domain(),
                ours,
                ours ? route(address) : Optional.empty(),
                ours ? RouteSource.of(address, transport, primaries) : new RouteSource.None(),
                ours ? Optional.of(recipients.source(address)) : Optional.empty());
    }

    /** How many recipients {@code domain} has; empty when it is none of ours. */
    Optional<Extent> extent(Domain domain) {
        if (!isRelayDomain(domain)) {
            return Optional.empty();
        }
        return Optional.of(
                recipients.acceptsEveryAddress(domain)
                        ? new Extent.Everybody()
                        : new Extent.Listed(recipients.listed(domain)));
    }

    /** Where the mail of {@code domain} goes, single addresses aside. */
    Optional<Route> route(Domain domain) {
        return route(new TableAddress("postmaster", domain));
    }

    RecipientTruth truth() {
        return recipients;
    }

    boolean isRelayDomain(Domain domain) {
        return domains.contains(domain) || file.coversAsSubdomain(domain);
    }

    private RecipientVerdict verdict(TableAddress address) {
        if (!isRelayDomain(address.domain())) {
            return new RecipientVerdict.RelayDenied();
        }
        Optional<Route> route = route(address);
        if (route.isEmpty()) {
            return new RecipientVerdict.RelayDenied(); // a subdomain that nobody said a route for
        }
        return switch (recipients.of(address)) {
            case LISTED -> new RecipientVerdict.Accepted(route.get());
            case ASSUMED ->
                hasRouting(address.localPart())
                        ? new RecipientVerdict.RelayDenied()
                        : new RecipientVerdict.Accepted(route.get());
            case UNKNOWN -> new RecipientVerdict.UnknownUser();
        };
    }

    private Optional<Route> route(TableAddress address) {
        Optional<Route> own = transport.find(address).flatMap(ConfiguredRelayTables::understood);
        return own.or(() -> Optional.ofNullable(primaries.get(address.domain())))
                .or(() -> transport.find(address.domain()).flatMap(ConfiguredRelayTables::understood));
    }

    private static Optional<Route> understood(TransportTable.Entry entry) {
        return switch (entry.reading()) {
            case RouteReading.Understood understood -> Optional.of(understood.route());
            case RouteReading.NotUnderstood _ -> Optional.empty();
        };
    }

    /**
     * {@code user%elsewhere@ours}, {@code elsewhere!user@ours}, {@code "user@elsewhere"@ours}: a primary that trusts its
     * backup might send that on to elsewhere (postconf(5), allow_untrusted_routing). So it must be listed to be accepted.
     */
    private static boolean hasRouting(String localPart) {
        return localPart.chars().anyMatch(c -> c == '%' || c == '!' || c == '@');
    }
}
