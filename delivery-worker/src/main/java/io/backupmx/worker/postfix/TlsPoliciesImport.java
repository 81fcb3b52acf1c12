package io.backupmx.worker.postfix;

import io.backupmx.config.ConfigException;
import io.backupmx.route.ConfiguredRelayTables;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.TlsLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@code smtp_tls_policy_maps} demands of next hops, said of the domains whose mail goes there. */
final class TlsPoliciesImport {

    private static final String POLICIES = "smtp_tls_policy_maps";
    private static final int SHOWN = 20;

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;
    private final Map<String, String> entries = new LinkedHashMap<>();
    private final Set<String> used = new LinkedHashSet<>();

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
        Map<Domain, String> lines = new LinkedHashMap<>();
        for (Domain domain : tables.domains()) {
            Set<String> keys = new LinkedHashSet<>();
            tables.way(new ForwardPath.To(new Mailbox("postmaster", domain)))
                    .ifPresent(route -> keys(route, domain).forEach(keys::add));
            level(domain, keys).ifPresent(level -> lines.put(domain, level));
        }
        lines.forEach((domain, level) -> config.tls(domain.name(), level));
        List<String> shown = new ArrayList<>();
        lines.forEach((domain, level) -> shown.add(domain + " " + level));
        if (!shown.isEmpty()) {
            report.taken(POLICIES, "domains.DOMAIN.tls: " + some(shown));
        }
        List<String> idle =
                entries.keySet().stream().filter(key -> !used.contains(key)).toList();
        if (!idle.isEmpty()) {
            report.attention(POLICIES, "no backed-up domain's mail goes by " + some(idle) + ": not taken");
        }
    }

    private static String some(List<String> all) {
        return String.join(", ", all.subList(0, Math.min(all.size(), SHOWN)))
                + (all.size() > SHOWN ? ", and " + (all.size() - SHOWN) + " more" : "");
    }

    /** The entries that Postfix would find for the next hops of {@code route}. */
    private List<String> keys(Route route, Domain domain) {
        List<NextHop> hops = route instanceof Route.ByMx
                ? List.of(new NextHop(domain.name(), MailProtocol.SMTP.defaultPort(), true))
                : route.nextHops();
        return hops.stream()
                .filter(hop -> hop.protocol() == MailProtocol.SMTP)
                .flatMap(hop -> key(hop).stream())
                .toList();
    }

    private Optional<String> key(NextHop hop) {
        Optional<String> exact = entries.keySet().stream()
                .filter(key -> NextHop.parse(key).filter(hop::equals).isPresent())
                .findFirst();
        if (exact.isPresent() || !hop.byMx()) {
            return exact;
        }
        String name = hop.host();
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (entries.containsKey(name.substring(dot))) {
                return Optional.of(name.substring(dot));
            }
        }
        return Optional.empty();
    }

    /** What all of {@code keys} demand together; of one domain all hosts are treated alike here. */
    private Optional<String> level(Domain domain, Set<String> keys) {
        Optional<TlsLevel> all = Optional.empty();
        Set<TlsLevel> different = new LinkedHashSet<>();
        for (String key : keys) {
            used.add(key);
            TlsLevel level = level(key, entries.getOrDefault(key, ""));
            different.add(level);
            all = Optional.of(all.map(level::and).orElse(level));
        }
        if (different.size() > 1) {
            report.attention(POLICIES, domain + ": its next hops differ: the strictest counts for all of them");
        }
        return all.filter(this::isSaid).map(level -> level.name().toLowerCase(Locale.ROOT));
    }

    private boolean isSaid(TlsLevel level) {
        if (!level.isDane()) {
            return true;
        }
        Optional<String> problem = config.setTogether(Map.of("dns.dnssec", "trusted"), "dns.servers", "[127.0.0.1]");
        problem.ifPresentOrElse(
                what -> report.attention(POLICIES, "dane is not taken: " + what),
                () -> report.attention(
                        POLICIES,
                        "dane needs a resolver that validates: dns.servers is 127.0.0.1 now, write another if that is not"
                                + " yours"));
        return problem.isEmpty();
    }

    /** @param value the level, and attributes ({@code match=}, {@code protocols=}, ...) behind it */
    private TlsLevel level(String key, String value) {
        List<String> words = List.of(value.strip().split("\\s+"));
        if (words.size() > 1) {
            report.attention(
                    POLICIES,
                    key + ": " + String.join(" ", words.subList(1, words.size()))
                            + ": is not taken, for only levels are");
        }
        return switch (words.getFirst()) {
            case "none" -> TlsLevel.OFF;
            case "may" -> TlsLevel.OPPORTUNISTIC;
            case "encrypt" -> TlsLevel.REQUIRED;
            case "secure" -> TlsLevel.VERIFY;
            case "verify" -> {
                report.attention(
                        POLICIES,
                        key
                                + ": verify takes the name of an MX host from any DNS, which may be forged; here it counts where"
                                + " dns.dnssec is trusted, and else the domain's own name does");
                yield TlsLevel.VERIFY;
            }
            case "dane" -> TlsLevel.DANE;
            case "dane-only" -> {
                report.attention(
                        POLICIES,
                        key
                                + ": dane-only: here a host without usable TLSA records gets its mail encrypted, whoever it is");
                yield TlsLevel.DANE_REQUIRED;
            }
            default -> {
                report.attention(
                        POLICIES,
                        key + ": " + words.getFirst() + " demands encryption here; certificates are not looked at");
                yield TlsLevel.REQUIRED;
            }
        };
    }
}
