package io.backupmx.route;

import io.backupmx.config.DomainRetry;
import io.backupmx.config.Failures;
import io.backupmx.config.Networks;
import io.backupmx.config.UnknownRecipients;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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
    private final Optional<MxBackup> mxBackup;
    private final DeferringDomains deferring;
    private final DomainRules<Failures> failures;
    private final DomainRules<DomainRetry> retries;
    private final Set<DomainRetry> allRetries;
    private final HeldDomains held;
    private final Map<Route.Hold, String> holds;
    private final Set<Route> routes;
    private final String ways;
    private final TlsLevels tls;
    private final List<String> warnings;

    ConfiguredRelayTables(
            Set<Domain> domains,
            RelayDomains subdomains,
            RouteLookup lookup,
            RecipientTruth recipients,
            Optional<MxBackup> mxBackup,
            DeferringDomains deferring,
            DomainRules<Failures> failures,
            DomainRules<DomainRetry> retries,
            HeldDomains held,
            Set<Route> routes,
            TlsLevels tls,
            List<String> warnings) {
        this.domains = Collections.unmodifiableSet(new LinkedHashSet<>(domains));
        this.subdomains = subdomains;
        this.lookup = lookup;
        this.recipients = recipients;
        this.mxBackup = mxBackup;
        this.deferring = deferring;
        this.failures = failures;
        this.retries = retries;
        this.allRetries = retries.all();
        this.held = held;
        this.holds = Collections.unmodifiableMap(held.routes());
        Set<Route> all = new LinkedHashSet<>(routes);
        all.addAll(holds.keySet());
        this.routes = Collections.unmodifiableSet(all);
        this.ways = WaysFingerprint.of(this.domains, subdomains, lookup, all);
        this.tls = tls;
        this.warnings = List.copyOf(warnings);
    }

    @Override
    public RecipientVerdict verdict(ForwardPath path) {
        return verdict(address(path));
    }

    @Override
    public boolean isKnown(ForwardPath path) {
        TableAddress address = address(path);
        return switch (existence(address)) {
            case LISTED -> true;
            case ASKED -> question(address).unknown() != UnknownRecipients.ACCEPT;
            case ASSUMED, UNKNOWN -> false;
        };
    }

    @Override
    public boolean defersWhileUp(ForwardPath path) {
        return !deferring.isEmpty() && defersWhileUp(address(path));
    }

    private boolean defersWhileUp(TableAddress address) {
        Domain domain = address.domain();
        return !RecipientTruth.isRole(address.localPart())
                && held.hold(domain).isEmpty() // whose operator wants it here
                && (domains.contains(domain)
                        ? deferring.domains().contains(domain)
                        : deferring.containAsSubdomain(domain));
    }

    @Override
    public Optional<Failures> failures(ForwardPath path) {
        Domain domain = address(path).domain();
        // whose mail is here still, but nobody's any more: an operator's to decide, not a sender's to hear of
        return mayBeOurs(domain) ? failures.of(domain) : Optional.of(Failures.QUARANTINE);
    }

    @Override
    public Optional<DomainRetry> retry(ForwardPath path) {
        return allRetries.isEmpty()
                ? Optional.empty()
                : retries.of(address(path).domain());
    }

    @Override
    public Set<DomainRetry> retries() {
        return allRetries;
    }

    @Override
    public Optional<Route> way(ForwardPath path) {
        TableAddress address = address(path);
        return way(address.domain(), lookup.find(address));
    }

    @Override
    public Optional<Route> way(Domain domain) {
        return way(domain, lookup.find(domain));
    }

    private Optional<Route> way(Domain domain, Optional<RouteLookup.Found> found) {
        return found.filter(_ -> isRelayDomain(domain)) // a line for everything is about others, too
                .flatMap(line -> understood(line.reading()))
                .filter(routes::contains)
                .map(usual -> held.insteadOf(usual, domain));
    }

    @Override
    public Optional<Route.Hold> hold(ForwardPath path) {
        return held.hold(address(path).domain());
    }

    @Override
    public Map<Route.Hold, String> holds() {
        return holds;
    }

    private TableAddress address(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster _ ->
                new TableAddress("postmaster", domains.iterator().next());
            case ForwardPath.To to -> TableAddress.of(to.mailbox());
        };
    }

    @Override
    public String ways() {
        return ways;
    }

    @Override
    public Set<Domain> domains() {
        return domains;
    }

    @Override
    public Set<Route> routes() {
        return routes;
    }

    @Override
    public TlsLevels tls() {
        return tls;
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
        Explanation.BackedUp backedUp = isRelayDomain(address.domain())
                ? Explanation.BackedUp.YES
                : elsewhere(address.domain()).isPresent() ? Explanation.BackedUp.IF_MX_BACKUP : Explanation.BackedUp.NO;
        return backedUp == Explanation.BackedUp.NO
                ? new Explanation(
                        address.domain(),
                        backedUp,
                        Optional.empty(),
                        new RouteSource.None(),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Optional.empty())
                : new Explanation(
                        address.domain(),
                        backedUp,
                        route(address),
                        find(address).map(RouteLookup.Found::source).orElse(new RouteSource.None()),
                        Optional.of(source(address)),
                        defersWhileUp(address),
                        held.hold(address.domain()).map(holds::get),
                        retries.of(address.domain()));
    }

    /** How many recipients {@code domain} has; empty when it is none of ours. */
    public Optional<Extent> extent(Domain domain) {
        if (!isRelayDomain(domain)) {
            return Optional.empty();
        }
        if (recipients.acceptsEveryAddress(domain)) {
            return Optional.of(new Extent.Everybody());
        }
        return Optional.of(recipients
                .asked()
                .of(domain)
                .<Extent>map(asked -> new Extent.Asked(asked.names()))
                .orElseGet(() -> new Extent.Listed(recipients.listed(domain))));
    }

    /** How many recipients {@code domain} has if its MX records make it ours; empty where they do not decide. */
    public Optional<Extent> extentIfMxBackup(Domain domain) {
        return elsewhere(domain).map(other -> other.extent(domain, recipients));
    }

    /** All domains whose recipients somebody has written down, and all that are configured. */
    public Set<Domain> domainsWithExtent() {
        Set<Domain> all = new LinkedHashSet<>(domains);
        Stream.of(recipients.listedDomains(), recipients.openDomains())
                .flatMap(Set::stream)
                .filter(this::mayBeOurs)
                .forEach(all::add);
        return all;
    }

    /** Where the mail of {@code domain} goes, single addresses aside. */
    Optional<Route> route(Domain domain) {
        return route(new TableAddress("postmaster", domain)).map(usual -> held.insteadOf(usual, domain));
    }

    /** Where the best MX hosts of domains have to be that nobody has configured; empty: no such domain is backed up. */
    public Optional<Networks> mxBackupNetworks() {
        return mxBackup.map(MxBackup::networks);
    }

    /** What the tables say of the way to {@code address}, whether it exists or not. */
    Optional<RouteReading> reading(TableAddress address) {
        return find(address).map(RouteLookup.Found::reading);
    }

    /** Each way that mail may go, held or not. */
    public List<RouteLine> lines() {
        return lookup.lines(domains);
    }

    /** Those that have lines of their own. */
    List<TableAddress> addressesInTransport() {
        return lookup.transport().addresses();
    }

    /** Where mail goes that is not held. */
    private Optional<Route> route(TableAddress address) {
        return reading(address).flatMap(ConfiguredRelayTables::understood);
    }

    private static Optional<Route> understood(RouteReading reading) {
        return reading instanceof RouteReading.Understood(Route route) ? Optional.of(route) : Optional.empty();
    }

    RecipientTruth truth() {
        return recipients;
    }

    /** Whether {@code domain} is ours, or would be if its MX records said so. */
    boolean mayBeOurs(Domain domain) {
        return isRelayDomain(domain) || elsewhere(domain).isPresent();
    }

    boolean isRelayDomain(Domain domain) {
        return domains.contains(domain) || subdomains.coversAsSubdomain(domain);
    }

    /** What holds for {@code domain} where it is none of ours, and the DNS may make it one. */
    private Optional<MxBackup> elsewhere(Domain domain) {
        return mxBackup.filter(it -> !isRelayDomain(domain) && it.mayCover(domain));
    }

    private Optional<RouteLookup.Found> find(TableAddress address) {
        return lookup.find(address)
                .or(() -> elsewhere(address.domain())
                        .map(_ -> new RouteLookup.Found(
                                new RouteReading.Understood(new Route.ByMx()), new RouteSource.MxBackup())));
    }

    private RecipientVerdict verdict(TableAddress address) {
        if (isRelayDomain(address.domain())) {
            return judged(address);
        }
        Optional<MxBackup> other = elsewhere(address.domain());
        RecipientVerdict then = other.isPresent() ? judged(address) : new RecipientVerdict.RelayDenied();
        return then instanceof RecipientVerdict.RelayDenied
                ? then
                : new RecipientVerdict.IfMxBackup(
                        address.domain(), other.orElseThrow().networks(), then);
    }

    /** By the tables, of a domain that is ours. */
    private RecipientVerdict judged(TableAddress address) {
        if (hasRouting(address.localPart()) && !isListed(sourceOf(address))) {
            return new RecipientVerdict.RelayDenied(); // be it the extension of somebody who is listed
        }
        RecipientTruth.Existence existence = existence(address);
        Optional<RouteLookup.Found> found = find(address);
        return found.isEmpty()
                ? new RecipientVerdict.RelayDenied() // a subdomain that nobody said a route for
                : verdict(found.get().reading(), existence, address);
    }

    private RecipientVerdict verdict(RouteReading reading, RecipientTruth.Existence existence, TableAddress address) {
        return switch (reading) {
            case RouteReading.NotUnderstood _ -> new RecipientVerdict.RelayDenied(); // somebody else's line
            case RouteReading.Answers(TransportAnswer answer) -> new RecipientVerdict.Answered(answer);
            case RouteReading.Understood(Route usual) ->
                switch (existence) {
                    case LISTED, ASSUMED -> new RecipientVerdict.Accepted(held.insteadOf(usual, address.domain()));
                    case ASKED ->
                        new RecipientVerdict.Unsettled(
                                held.insteadOf(usual, address.domain()), usual, question(address));
                    case UNKNOWN -> new RecipientVerdict.UnknownUser();
                };
        };
    }

    private RecipientQuestion question(TableAddress address) {
        AskedSources.Asked asked = elsewhere(address.domain())
                .map(MxBackup::asked)
                .orElseGet(() -> recipients.asked().of(address.domain()))
                .orElseThrow();
        return new RecipientQuestion(
                Stream.concat(Stream.of(address), lookup.delimiter().base(address).stream())
                        .map(TableAddress::text)
                        .toList(),
                asked.names(),
                asked.unknown());
    }

    /** Looked up in full, then without the extension; what comes after that is about the domain. */
    private RecipientSource source(TableAddress address) {
        return lookup.delimiter()
                .base(address)
                .map(this::sourceOf)
                .filter(base -> !isListed(sourceOf(address)) && isListed(base))
                .orElseGet(() -> sourceOf(address));
    }

    /** Of this very address. */
    private RecipientSource sourceOf(TableAddress address) {
        return elsewhere(address.domain())
                .map(other -> other.source(address, recipients))
                .orElseGet(() -> recipients.source(address));
    }

    private static boolean isListed(RecipientSource source) {
        return RecipientTruth.existence(source) == RecipientTruth.Existence.LISTED;
    }

    private RecipientTruth.Existence existence(TableAddress address) {
        return RecipientTruth.existence(source(address));
    }

    /**
     * {@code user%elsewhere@ours}, {@code elsewhere!user@ours}, {@code "user@elsewhere"@ours}: a primary that trusts its
     * backup might send that on to elsewhere (postconf(5), allow_untrusted_routing). So it must be listed to be accepted.
     */
    private static boolean hasRouting(String localPart) {
        return localPart.chars().anyMatch(c -> c == '%' || c == '!' || c == '@');
    }
}
