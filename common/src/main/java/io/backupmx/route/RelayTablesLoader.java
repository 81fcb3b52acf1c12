package io.backupmx.route;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigException;
import io.backupmx.config.DnsConfig;
import io.backupmx.config.DomainConfig;
import io.backupmx.config.DomainRetry;
import io.backupmx.config.Failures;
import io.backupmx.config.PermitMxBackupConfig;
import io.backupmx.config.PermitMxBackupConfig.UnlistedRecipients;
import io.backupmx.config.RecipientSourcesConfig;
import io.backupmx.config.UnknownRecipients;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes the relay tables of what the configuration says inline and of the files it names. */
public final class RelayTablesLoader {

    /** May be the mere consequence of a configuration that could not be read. */
    static final String NO_DOMAIN =
            "domains: no domain to back up: add one, as in \"domains: {example.org: mx1.example.org}\","
                    + " or name a file with relay_domains";

    private static final int WARNINGS_SHOWN = 20;

    /** Waits of all domains together: each has four queues, and each of these a consumer in every worker. */
    static final int MAX_DELAYS = 32;

    private final Config config;
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<Domain, Route> primaries = new LinkedHashMap<>();
    private final AddressTable.Builder inlineRecipients = new AddressTable.Builder(Long.MAX_VALUE);
    private final Set<Domain> withInlineRecipients = new HashSet<>();
    private final Set<Domain> domains = new LinkedHashSet<>();
    private final Set<Domain> withBrokenPrimary = new HashSet<>();
    private final Set<Domain> withSubdomains = new LinkedHashSet<>();
    private final Set<Domain> refusingSubdomains = new LinkedHashSet<>();
    private final Set<Domain> deferring = new HashSet<>();
    private final Map<Domain, Failures> failures = new HashMap<>();
    private final Map<Domain, DomainRetry> retries = new LinkedHashMap<>();
    private final Map<Domain, String> held = new LinkedHashMap<>();
    private final Map<Domain, TlsLevel> tls = new LinkedHashMap<>();
    private final Map<Domain, AskedSources.Asked> asked = new LinkedHashMap<>();
    private final List<Domain> idleUnknownRecipients = new ArrayList<>();

    private RelayTablesLoader(Config config) {
        this.config = config;
    }

    /** @throws ConfigException with every problem of the domains and of all files, files with their lines */
    public static ConfiguredRelayTables load(Config config) {
        return new RelayTablesLoader(config).load();
    }

    private ConfiguredRelayTables load() {
        problems.addAll(config.recipientSources().problems());
        config.domains().forEach(this::inline);
        RelayDomains relayDomains = config.relayDomains()
                .map(file -> RelayDomains.read(file, problems))
                .orElse(RelayDomains.none())
                .and(withSubdomains);
        domains.addAll(relayDomains.listed());
        Optional<Recipients> recipients = config.relayRecipients()
                .map(file -> Recipients.read(file, new FileProblems("relay_recipients", file, problems, warnings)));
        Optional<FileProblems> transportProblems =
                config.transport().map(file -> new FileProblems("transport", file, problems, warnings));
        TransportTable transport = config.transport()
                .map(file -> TransportTable.read(file, transportProblems.orElseThrow()))
                .orElse(TransportTable.none());
        if (domains.isEmpty() && problems.isEmpty()) {
            problems.add(NO_DOMAIN);
        }
        Optional<MxBackup> mxBackup = mxBackup();
        RouteLookup lookup = new RouteLookup(
                transport,
                primaries,
                new RelayDomains(withSubdomains),
                config.recipientDelimiter().map(RecipientDelimiter::new).orElse(RecipientDelimiter.NONE));
        TlsSurvey tlsSurvey = new TlsSurvey(config.worker().tls(), domains, tls, lookup);
        judge(tlsSurvey.levels());
        countDelays();
        RouteSurvey survey = new RouteSurvey(domains, relayDomains, primaries, transport, mxBackup.isPresent());
        survey.notUnderstood()
                .forEach((entry, why) -> transportProblems.orElseThrow().add(entry.line(), why));
        survey.discarded()
                .forEach((entry, what) -> transportProblems
                        .orElseThrow()
                        .warn(entry.line(), "all mail for " + what + " is taken and thrown away (discard:)"));
        noRoutes(survey.withoutRoute().stream()
                .filter(domain -> !withBrokenPrimary.contains(domain))
                .toList());
        if (!problems.isEmpty()) {
            throw new ConfigException(problems, config);
        }
        HeldDomains holds = new HeldDomains(held, domains, relayDomains);
        RecipientTruth truth = new RecipientTruth(
                withInlineRecipients,
                inlineRecipients.build(),
                recipients,
                new AskedSources(asked, new RelayDomains(withSubdomains)));
        warn(relayDomains, truth);
        mxBackup.ifPresent(this::warn);
        warnOfSome(
                tlsSurvey.warnings(),
                Function.identity(),
                "%d more domains have hosts of which others demand more TLS");
        return new ConfiguredRelayTables(
                domains,
                relayDomains,
                lookup,
                truth,
                mxBackup,
                deferringDomains(relayDomains),
                new DomainRules<>(failures, domains, relayDomains),
                new DomainRules<>(retries, domains, relayDomains),
                holds,
                survey.routes(),
                tlsSurvey.levels(),
                warnings);
    }

    private void judge(TlsLevels levels) {
        if (levels.needsDnssec() && config.dns().dnssec() == DnsConfig.Dnssec.IGNORED) {
            String who = levels.usual().isDane()
                    ? "worker.tls"
                    : tls.entrySet().stream()
                            .filter(entry -> entry.getValue().isDane())
                            .map(entry -> "domains." + entry.getKey() + ".tls")
                            .findFirst()
                            .orElse("tls");
            problems.add(who + ": dane needs a resolver that validates and is trusted to: write dns.servers and"
                    + " dns.dnssec: trusted");
        }
    }

    private void countDelays() {
        Set<Duration> all = new HashSet<>(config.retry().delays());
        Optional<Domain> first = Optional.empty(); // beyond the limit
        for (Map.Entry<Domain, DomainRetry> entry : retries.entrySet()) {
            entry.getValue().delays().ifPresent(all::addAll);
            if (first.isEmpty() && all.size() > MAX_DELAYS) {
                first = Optional.of(entry.getKey());
            }
        }
        first.ifPresent(
                domain -> problems.add("domains." + domain + ".retry.delays: retry.delays and those of all domains"
                        + " are " + all.size() + " different times, and no more than " + MAX_DELAYS
                        + " can be served: use the same ones for many domains"));
    }

    private Optional<MxBackup> mxBackup() {
        PermitMxBackupConfig said = config.permitMxBackup();
        Optional<AskedSources.Asked> sources =
                asked("permit_mx_backup", said.recipientSources(), said.unknownRecipients());
        if (said.networks().isPresent()
                && sources.isEmpty()
                && said.unlistedRecipients().isEmpty()) {
            problems.add(
                    "permit_mx_backup: says nothing of who exists in domains that the DNS makes ours, and whoever points"
                            + " one of his at an unused address within the networks could fill the spool: write"
                            + " recipient_sources: [primary], or unlisted_recipients: reject or accept");
        }
        if (said.unlistedRecipients().filter(UnlistedRecipients.REJECT::equals).isPresent()
                && config.relayRecipients().isEmpty()) {
            problems.add(
                    "permit_mx_backup.unlisted_recipients: reject needs relay_recipients, for without them nobody exists");
        }
        return said.allowed()
                .map(networks -> new MxBackup(
                        networks,
                        sources,
                        said.unlistedRecipients().orElse(UnlistedRecipients.REJECT),
                        new RelayDomains(refusingSubdomains)));
    }

    private void warn(MxBackup other) {
        boolean accepts = other.asked()
                .map(asked -> asked.unknown() == UnknownRecipients.ACCEPT)
                .orElse(other.unlisted() == UnlistedRecipients.ACCEPT);
        if (accepts) {
            warnings.add("permit_mx_backup."
                    + (other.asked().isPresent() ? "unknown_recipients" : "unlisted_recipients")
                    + ": accept: whoever points a domain of his at an unused address within the networks can have mail kept"
                    + " here until it expires; recipient_sources: [primary] and nothing else takes none of it");
        }
        if (other.asked().isPresent()
                && config.permitMxBackup().unlistedRecipients().isPresent()) {
            warnings.add(
                    "permit_mx_backup.unlisted_recipients: means nothing beside recipient_sources, which are asked");
        }
    }

    private Optional<AskedSources.Asked> asked(
            String path, Optional<List<String>> sources, Optional<UnknownRecipients> unknown) {
        return sources.filter(names -> !names.isEmpty()).map(names -> {
            names.stream()
                    .filter(source -> !config.recipientSources().names().contains(source))
                    .forEach(source -> problems.add(path + ".recipient_sources: there is no source '" + source
                            + "': the names are those below recipient_sources, " + RecipientSourcesConfig.PRIMARY
                            + " and " + RecipientSourcesConfig.KNOWN));
            return new AskedSources.Asked(names, unknown.orElse(UnknownRecipients.DEFER));
        });
    }

    private DeferringDomains deferringDomains(RelayDomains relayDomains) {
        Set<Domain> below = new HashSet<>(deferring);
        below.retainAll(withSubdomains);
        return new DeferringDomains(deferring, below, relayDomains);
    }

    private void inline(String name, DomainConfig said) {
        String path = "domains." + name;
        Optional<Domain> parsed = Domain.parse(name).filter(domain -> !domain.isAddressLiteral());
        if (parsed.isEmpty()) {
            problems.add(path + ": '" + name + "' is not a domain name");
            return;
        }
        Domain domain = parsed.get();
        if (!domains.add(domain)) {
            problems.add(path + ": is there twice, in two spellings");
        }
        said.primary().ifPresent(text -> {
            switch (RouteReading.primary(text)) {
                case RouteReading.Understood understood -> primaries.put(domain, understood.route());
                case RouteReading.Answers _ -> throw new IllegalStateException("a primary is a host");
                case RouteReading.NotUnderstood no -> {
                    withBrokenPrimary.add(domain);
                    problems.add(path + ".primary: " + no.why());
                }
            }
        });
        said.subdomains().ifPresent(subdomains -> {
            switch (subdomains) {
                case ACCEPT -> withSubdomains.add(domain);
                case REFUSE -> refusingSubdomains.add(domain);
            }
        });
        if (said.deferWhileUp().filter(DomainConfig.DeferWhileUp.ALL::equals).isPresent()) {
            deferring.add(domain);
        }
        said.failures().ifPresent(rule -> failures.put(domain, rule));
        said.retry().filter(retry -> !retry.saysNothing()).ifPresent(retry -> retries.put(domain, retry));
        said.heldFor().ifPresent(why -> held.put(domain, why));
        said.tls().ifPresent(level -> tls.put(domain, level));
        asked(path, said.recipientSources(), said.unknownRecipients()).ifPresent(sources -> asked.put(domain, sources));
        boolean asksPrimary = said.recipientSources()
                .filter(names -> names.contains(RecipientSourcesConfig.PRIMARY))
                .isPresent();
        if (!asksPrimary && said.unknownRecipients().orElse(UnknownRecipients.DEFER) != UnknownRecipients.DEFER) {
            idleUnknownRecipients.add(domain);
        }
        said.recipients().ifPresent(list -> {
            withInlineRecipients.add(domain);
            recipients(domain, list, path + ".recipients");
        });
    }

    private void recipients(Domain domain, List<String> list, String path) {
        List<String> found = new ArrayList<>();
        for (String entry : list) {
            Optional<TableAddress> address = TableAddress.parse(entry)
                    .or(() -> entry.startsWith("@") || entry.equals("*")
                            ? Optional.empty()
                            : TableAddress.parse(entry + "@" + domain));
            if (address.isEmpty()) {
                found.add(path + ": '" + entry + "' is not a local part or an address"
                        + (entry.startsWith("@") || entry.equals("*")
                                ? "; to accept every address, remove the key recipients"
                                : ""));
            } else if (!address.get().domain().equals(domain)) {
                found.add(path + ": '" + entry + "' is in another domain");
            } else {
                inlineRecipients.add(address.get());
            }
        }
        addSome(found, Function.identity(), path.replace("%", "%%") + ": %d more of its entries are wrong");
    }

    private void noRoutes(List<Domain> without) {
        addSome(without, this::noRoute, "%d more domains have no primary");
    }

    /** Of what is wrong a thousand times, the first ones are enough to mend it. */
    private <T> void addSome(List<T> found, Function<T, String> problem, String more) {
        found.stream().limit(FileProblems.SHOWN).map(problem).forEach(problems::add);
        if (found.size() > FileProblems.SHOWN) {
            problems.add(more.formatted(found.size() - FileProblems.SHOWN));
        }
    }

    private String noRoute(Domain domain) {
        return domain + ": no primary: add domains." + domain + ".primary"
                + config.transport()
                        .map(file -> " or a line '" + domain + " smtp:[host]' in " + file)
                        .orElse(", or name a transport file that has it");
    }

    private <T> void warnOfSome(List<T> found, Function<T, String> warning, String more) {
        found.stream().limit(WARNINGS_SHOWN).map(warning).forEach(warnings::add);
        if (found.size() > WARNINGS_SHOWN) {
            warnings.add(more.formatted(found.size() - WARNINGS_SHOWN));
        }
    }

    private void warn(RelayDomains relayDomains, RecipientTruth truth) {
        List<Domain> everyAddress =
                domains.stream().filter(truth::acceptsEveryAddress).toList();
        warnOfSome(
                everyAddress,
                domain -> domain + ": every address is accepted; mail for those that do not exist"
                        + " will be refused by the primary later. List them in domains." + domain
                        + ".recipients or relay_recipients",
                "%d more domains accept every address");
        warnOfSome(
                asked.keySet().stream().filter(truth::acceptsEveryAddress).toList(),
                domain -> "domains." + domain + ".recipient_sources: nobody is ever asked, for relay_recipients has '@"
                        + domain + "', every address",
                "%d more domains have recipient_sources, and every address in relay_recipients");
        warnOfSome(
                held.keySet().stream().toList(),
                domain -> "domains." + domain + ".hold: its mail is taken and kept, and not delivered",
                "%d more domains are held");
        warnOfSome(
                deferring.stream()
                        .filter(domain -> primaries.get(domain) instanceof Route.ByMx)
                        .sorted(Comparator.comparing(Domain::toString))
                        .toList(),
                domain -> "domains." + domain
                        + ".defer_while_up: means nothing with the primary mx, of which no worker says"
                        + " whether it is up",
                "%d more domains have defer_while_up, which means nothing with the primary mx");
        warnOfSome(
                idleUnknownRecipients,
                domain -> "domains." + domain + ".unknown_recipients: is about the time while the primary is away, and"
                        + " recipients whom nobody but it could tell of: without " + RecipientSourcesConfig.PRIMARY
                        + " among domains." + domain + ".recipient_sources it means nothing",
                "%d more domains have unknown_recipients that mean nothing");
        relayDomains.listed().stream()
                .filter(domain -> !relayDomains.coversSubdomains(domain))
                .forEach(domain -> warnings.add(
                        domain + ": a single label stands for itself only, its subdomains are" + " not relay domains"));
    }
}
