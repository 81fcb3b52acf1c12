package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The relay tables that {@link RelayTablesLoader} makes of the configuration. Judged in a fixed order that no table can
 * change, and that is Postfix's: relay domain, sender's routing, the transport table's own answer, recipient. So {@code *} in
 * a transport file routes mail of our domains, and opens nothing.
 */
public final class ConfiguredRelayTables implements RelayTables {

    private final Set<Domain> domains;
    private final RelayDomains subdomains;
    private final RouteLookup lookup;
    private final RecipientTruth recipients;
    private final Set<Route> routes;
    private final List<String> warnings;

    ConfiguredRelayTables(
            Set<Domain> domains,
            RelayDomains subdomains,
            RouteLookup lookup,
            RecipientTruth recipients,
            Set<Route> routes,
            List<String> warnings) {
        this.domains = Collections.unmodifiableSet(new LinkedHashSet<>(domains));
        this.subdomains = subdomains;
        this.lookup = lookup;
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
        return existence(address(path)) == RecipientTruth.Existence.LISTED;
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

    private RecipientVerdict verdict(TableAddress address) {
        if (!domains.contains(address.domain()) && !subdomains.coversAsSubdomain(address.domain())) {
            return new RecipientVerdict.RelayDenied();
        }
        RecipientTruth.Existence existence = existence(address);
        if (existence != RecipientTruth.Existence.LISTED && hasRouting(address.localPart())) {
            return new RecipientVerdict.RelayDenied();
        }
        Optional<RouteReading> reading = lookup.find(address);
        return reading.isEmpty()
                ? new RecipientVerdict.RelayDenied() // a subdomain that nobody said a route for
                : verdict(reading.get(), existence);
    }

    private static RecipientVerdict verdict(RouteReading reading, RecipientTruth.Existence existence) {
        return switch (reading) {
            case RouteReading.NotUnderstood _ -> new RecipientVerdict.RelayDenied(); // somebody else's line
            case RouteReading.Answers(TransportAnswer answer) -> new RecipientVerdict.Answered(answer);
            case RouteReading.Understood(Route route) ->
                existence == RecipientTruth.Existence.UNKNOWN
                        ? new RecipientVerdict.UnknownUser()
                        : new RecipientVerdict.Accepted(route);
        };
    }

    /** Looked up in full, then without the extension; what comes after that is about the domain. */
    private RecipientTruth.Existence existence(TableAddress address) {
        RecipientTruth.Existence full = recipients.of(address);
        return lookup.delimiter()
                .base(address)
                .map(recipients::of)
                .filter(RecipientTruth.Existence.LISTED::equals)
                .orElse(full);
    }

    /**
     * {@code user%elsewhere@ours}, {@code elsewhere!user@ours}, {@code "user@elsewhere"@ours}: a primary that trusts its
     * backup might send that on to elsewhere (postconf(5), allow_untrusted_routing). So it must be listed to be accepted.
     */
    private static boolean hasRouting(String localPart) {
        return localPart.chars().anyMatch(c -> c == '%' || c == '!' || c == '@');
    }
}
