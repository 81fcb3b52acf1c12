package io.backupmx.worker.postfix;

import io.backupmx.config.ConfigException;
import io.backupmx.route.ConfiguredRelayTables;
import io.backupmx.route.RouteLine;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@code smtp_tls_policy_maps} demands of next hops, said of the domains whose mail goes there. */
final class TlsPoliciesImport {

    static final String POLICIES = "smtp_tls_policy_maps";
    private static final int SHOWN = 20;

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;
    private final Map<String, String> entries = new LinkedHashMap<>();
    private Optional<Boolean> validating = Optional.empty();

    TlsPoliciesImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    /** To be called when all is said of where mail goes. */
    void run() throws IOException {
        for (String word : parameters.words(POLICIES)) {
            TableName.parse(word, parameters.directory())
                    .flatMap(name -> name instanceof TableName.OfText(Path file) ? Optional.of(file) : Optional.empty())
                    .filter(Files::isReadable)
                    .ifPresentOrElse(
                            file -> TableText.read(file).entries().forEach(entries::putIfAbsent),
                            () -> report.attention(
                                    POLICIES,
                                    word
                                            + " is not taken, for it is no text file that can be read: write domains.DOMAIN.tls"
                                            + " for each of its domains"));
        }
        if (!entries.isEmpty()) {
            try {
                demand(PostfixImport.load(config.yaml("")).tables());
            } catch (ConfigException _) {
                report.attention(
                        POLICIES,
                        "is not taken, for it is not clear yet where mail goes (see below): write domains.DOMAIN.tls for"
                                + " each of its domains");
            }
        }
    }

    private void demand(ConfiguredRelayTables tables) {
        TlsPolicies policies = new TlsPolicies(entries, report);
        TlsLevel usual = tables.tls().usual();
        Map<Domain, TlsDemands> demands = demands(tables, policies, usual);
        Map<Domain, TlsLevel> said = new LinkedHashMap<>();
        List<String> stricter = new ArrayList<>();
        demands.forEach((domain, all) -> {
            if (all.isAnyPolicy() && isSaid(all.strictest(), usual)) {
                said.put(domain, all.strictest());
                if (!all.less().isEmpty()) {
                    stricter.add(domain + ": its next hops differ: " + text(all.strictest())
                            + " counts for all of them, which is more than Postfix demands of " + some(all.less()));
                }
            }
        });
        sayUsualBelow(said, tables.domains(), usual);
        tell(said, stricter, policies.idle());
    }

    /** What Postfix demands of all hosts that {@code domains.DOMAIN.tls} would be about, of each domain. */
    private static Map<Domain, TlsDemands> demands(ConfiguredRelayTables tables, TlsPolicies policies, TlsLevel usual) {
        Map<Domain, TlsDemands> demands = new LinkedHashMap<>();
        tables.domains().forEach(domain -> demands.put(domain, new TlsDemands(policies, usual)));
        for (RouteLine line : tables.lines()) {
            line.about()
                    .ifPresent(about -> nearest(about, demands.keySet())
                            .ifPresent(domain -> Optional.ofNullable(demands.get(domain))
                                    .ifPresent(its -> its.add(
                                            line,
                                            about,
                                            name -> nearest(name, demands.keySet())
                                                    .equals(Optional.of(domain))))));
        }
        return demands;
    }

    /** {@code domain} or the next above it that is one of {@code among}. */
    private static Optional<Domain> nearest(Domain domain, Set<Domain> among) {
        Optional<Domain> at = Optional.of(domain);
        while (at.isPresent() && !among.contains(at.get())) {
            at = at.get().parent();
        }
        return at;
    }

    /** What is said of a domain holds for those below it that say nothing. */
    private static void sayUsualBelow(Map<Domain, TlsLevel> said, Set<Domain> domains, TlsLevel usual) {
        domains.stream()
                .filter(domain -> !said.containsKey(domain))
                .sorted(Comparator.comparingInt(domain -> domain.name().length())) // those above first
                .forEach(domain -> nearest(domain, said.keySet())
                        .filter(above -> said.get(above) != usual)
                        .ifPresent(_ -> said.put(domain, usual)));
    }

    private void tell(Map<Domain, TlsLevel> said, List<String> stricter, List<String> idle) {
        said.forEach((domain, level) -> config.tls(domain.name(), text(level)));
        List<String> shown = new ArrayList<>();
        said.forEach((domain, level) -> shown.add(domain + " " + text(level)));
        if (!shown.isEmpty()) {
            report.taken(POLICIES, "domains.DOMAIN.tls: " + some(shown));
        }
        stricter.stream().limit(SHOWN).forEach(what -> report.attention(POLICIES, what));
        if (stricter.size() > SHOWN) {
            report.attention(
                    POLICIES,
                    "so it is of " + (stricter.size() - SHOWN)
                            + " more domains: the strictest counts for all of their hops");
        }
        if (!idle.isEmpty()) {
            report.attention(POLICIES, "no line about a backed-up domain leads to " + some(idle) + ": not taken");
        }
    }

    private static String some(List<String> all) {
        return String.join(", ", all.subList(0, Math.min(all.size(), SHOWN)))
                + (all.size() > SHOWN ? ", and " + (all.size() - SHOWN) + " more" : "");
    }

    static String text(TlsLevel level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private boolean isSaid(TlsLevel level, TlsLevel usual) {
        if (!level.isDane() || usual.isDane()) {
            return true;
        }
        if (validating.isEmpty()) {
            validating = Optional.of(validate());
        }
        return validating.get();
    }

    private boolean validate() {
        Optional<String> problem = config.setTogether(Map.of("dns.dnssec", "trusted"), "dns.servers", "[127.0.0.1]");
        problem.ifPresentOrElse(
                what -> report.attention(POLICIES, "dane is not taken: " + what),
                () -> report.attention(
                        POLICIES,
                        "dane needs a resolver that validates: dns.servers is 127.0.0.1 now, write another if that is not"
                                + " yours"));
        return problem.isEmpty();
    }
}
