package io.backupmx.worker.postfix;

import io.backupmx.worker.postfix.ImportedConfig.ImportedDomain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which domains are backed up, where their mail goes, and who exists. */
final class DomainsImport {

    private static final String RELAY_DOMAINS = "relay_domains";
    private static final int SHOWN = 100;
    private static final Set<String> OWN_DOMAINS = Set.of("$mydestination", "${mydestination}", "$(mydestination)");

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;
    private final TableText transport;
    private int shown;
    private int silent;
    private int silentlyRefusing;

    DomainsImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
        TableImport tables = new TableImport(parameters, config, report);
        this.transport = tables.take("transport_maps", "transport");
        tables.take("relay_recipient_maps", "relay_recipients").entries().keySet().stream()
                .filter(key -> key.startsWith("*"))
                .findFirst()
                .ifPresent(key -> report.attention(
                        "relay_recipient_maps",
                        "'" + key + "' is no wildcard, there as here: '@domain x' stands for every address"));
    }

    void run() {
        Set<String> local = DomainList.of("mydestination", parameters.words("mydestination"), parameters, report)
                .domains();
        List<String> own = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String word : Parameters.split(parameters.written(RELAY_DOMAINS))) {
            (OWN_DOMAINS.contains(word) ? own : others)
                    .addAll(Parameters.split(parameters.expand(RELAY_DOMAINS, word)));
        }
        DomainList listed = DomainList.of(RELAY_DOMAINS, others, parameters, report);
        Set<String> backedUp = new LinkedHashSet<>();
        listed.domains().stream()
                .filter(domain -> !local.contains(domain) || isBackedUpAllTheSame(domain))
                .forEach(backedUp::add);
        if (!own.isEmpty()) {
            report.ignored(
                    "mydestination",
                    "mail for " + String.join(", ", local) + " is delivered by Postfix on this machine; it is no relay"
                            + " domain here");
        }
        boolean withSubdomains = matchesSubdomains(RELAY_DOMAINS);
        Optional<Path> file = listed.onlyFile().filter(_ -> withSubdomains && own.isEmpty());
        file.ifPresent(this::keep);
        for (String domain : backedUp) {
            domain(domain, withSubdomains, file.isPresent());
        }
        if (silent > 0) {
            report.taken(RELAY_DOMAINS, "and " + silent + " more domains");
        }
        if (silentlyRefusing > 0) {
            report.attention(RELAY_DOMAINS, "the subdomains of " + silentlyRefusing + " more domains are refused");
        }
        if (matchesSubdomains("transport_maps") && !transport.entries().isEmpty()) {
            report.attention(
                    "parent_domain_matches_subdomains",
                    "holds transport_maps: here a line 'example.org ...' does not match subdomains; add lines with"
                            + " '.example.org'");
        }
    }

    private void keep(Path file) {
        Optional<String> problem = config.set(RELAY_DOMAINS, file.toString());
        problem.ifPresentOrElse(
                what -> report.attention(RELAY_DOMAINS, what),
                () -> report.taken(RELAY_DOMAINS, RELAY_DOMAINS + ": " + file));
    }

    /** Postfix's own class for it is "local", but a line in the transport table relays it all the same. */
    private boolean isBackedUpAllTheSame(String domain) {
        boolean relayed = transport.entries().containsKey(domain);
        report.attention(
                domain,
                "is in mydestination and in relay_domains, and Postfix takes it for local: "
                        + (relayed
                                ? "taken as a relay domain, for the transport file has a line for it"
                                : "not taken; if it is to be backed up, add it to domains"));
        return relayed;
    }

    private boolean matchesSubdomains(String feature) {
        return parameters.words("parent_domain_matches_subdomains").contains(feature);
    }

    private void domain(String domain, boolean withSubdomains, boolean inFile) {
        Optional<String> line = transport.transport(domain);
        Optional<String> primary = line.isPresent() ? Optional.empty() : defaultPrimary();
        line.filter(value -> value.equals(":") && parameters.isSet("relayhost"))
                .ifPresent(_ -> report.attention(
                        domain, "its transport ':' means the relayhost in Postfix, and its MX records here"));
        boolean accepts =
                withSubdomains && domain.contains(".") && (primary.isPresent() || transport.hasTransportBelow(domain));
        boolean refuses = withSubdomains && domain.contains(".") && !accepts;
        if (!inFile || primary.isPresent()) {
            config.domain(domain, new ImportedDomain(primary, accepts));
        }
        if (++shown > SHOWN) {
            silent++;
            silentlyRefusing += refuses ? 1 : 0;
            return;
        }
        if (refuses) {
            report.attention(
                    domain,
                    "Postfix takes mail for its subdomains, too, and looks up their MX records; here it is refused, for"
                            + " the transport file has no line for them. Where it is wanted, add '." + domain
                            + " smtp:[host]'"
                            + (inFile ? "" : ", and domains." + domain + ".subdomains: accept"));
        }
        report.taken(
                RELAY_DOMAINS,
                domain
                        + primary.map(to -> " to " + to)
                                .orElse(line.isPresent() ? " as the transport file says" : ", without a route")
                        + (accepts ? ", with its subdomains" : ""));
    }

    /** Without a line in the transport table: relay_transport's next hop, else relayhost, else the domain's MX records. */
    private Optional<String> defaultPrimary() {
        String transport = parameters.value("relay_transport");
        int colon = transport.indexOf(':');
        String name = colon < 0 ? transport : transport.substring(0, colon);
        if (name.equalsIgnoreCase("lmtp") && !transport.startsWith("lmtp:unix:")) {
            report.taken("relay_transport", "primary of domains without a line in the transport file, by LMTP");
            return Optional.of(transport);
        }
        if (!Set.of("smtp", "relay").contains(name.toLowerCase(Locale.ROOT))) {
            report.attention(
                    "relay_transport",
                    "'" + transport
                            + "' does not deliver by SMTP or LMTP: domains without a line in the transport file have no"
                            + " primary; give them one, or take them out");
            return Optional.empty();
        }
        String nextHop = colon < 0 ? "" : transport.substring(colon + 1);
        String parameter = nextHop.isEmpty() ? "relayhost" : "relay_transport";
        String hop = nextHop.isEmpty() ? parameters.value("relayhost") : nextHop;
        if (hop.isEmpty()) {
            return Optional.of("mx");
        }
        if (!hop.startsWith("[") && !disablesMx()) {
            report.attention(
                    parameter, "'" + hop + "' means its MX records in Postfix, and the host of that name here");
        } else {
            report.taken(parameter, "primary of domains without a line in the transport file");
        }
        return Optional.of(String.join(", ", Parameters.split(hop)));
    }

    private boolean disablesMx() {
        return parameters.value("disable_dns_lookups").equals("yes")
                || parameters.value("smtp_dns_support_level").equals("disabled");
    }
}
