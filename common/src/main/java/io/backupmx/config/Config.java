package io.backupmx.config;

import io.backupmx.smtp.Domain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Everything a service is told, as {@code backupmx.yaml} says it (docs/configuration.md). Keys are the components' names
 * in snake case.
 *
 * @param hostname our name in greetings, trace headers and EHLO; the machine's own when empty
 * @param data where the spool, the admin token and temporary contents live
 * @param domains backed-up domains inline, by name, in the order of the file
 * @param relayDomains a file of backed-up domains in Postfix's {@code relay_domains} form
 * @param transport a file in Postfix's transport(5) form
 * @param relayRecipients a file, or a directory of files, in Postfix's {@code relay_recipient_maps} form
 * @param recipientDelimiter the characters of which the first one in a local part begins its extension; empty: there are
 *     no extensions
 * @param recipientSources who else knows which recipients exist
 * @param permitMxBackup which domains are backed up because their MX records say so
 */
public record Config(
        Optional<String> hostname,
        Path data,
        Map<String, DomainConfig> domains,
        Optional<Path> relayDomains,
        Optional<Path> transport,
        Optional<Path> relayRecipients,
        Optional<String> recipientDelimiter,
        RecipientSourcesConfig recipientSources,
        PermitMxBackupConfig permitMxBackup,
        IngressConfig ingress,
        WorkerConfig worker,
        RetryConfig retry,
        ReportsConfig reports,
        MxConfig mx,
        DnsConfig dns,
        SpoolConfig spool,
        FailedConfig failed,
        NoticesConfig notices,
        OpsConfig ops,
        ReloadConfig reload) {

    private static final Pattern DELIMITER = Pattern.compile("[-+_.=#$&*/^~|]{1,10}");

    public static final Config DEFAULT = new Config(
            Optional.empty(),
            Path.of("data"),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            RecipientSourcesConfig.DEFAULT,
            PermitMxBackupConfig.DEFAULT,
            IngressConfig.DEFAULT,
            WorkerConfig.DEFAULT,
            RetryConfig.DEFAULT,
            ReportsConfig.DEFAULT,
            MxConfig.DEFAULT,
            DnsConfig.DEFAULT,
            SpoolConfig.DEFAULT,
            FailedConfig.DEFAULT,
            NoticesConfig.DEFAULT,
            OpsConfig.DEFAULT,
            ReloadConfig.DEFAULT);

    private static final List<String> TABLES = List.of(
            "domains",
            "relay_domains",
            "transport",
            "relay_recipients",
            "recipient_delimiter",
            "permit_mx_backup",
            "worker.tls");

    public Config {
        domains = Collections.unmodifiableMap(new LinkedHashMap<>(domains)); // Map.copyOf would lose the order
        new Ranges()
                .require(
                        "hostname",
                        hostname.flatMap(Domain::parse).isPresent() == hostname.isPresent(),
                        "'" + hostname.orElse("") + "' is not a host name, as in backup.example.org")
                .require(
                        "recipient_delimiter",
                        recipientDelimiter
                                .map(DELIMITER.asMatchPredicate()::test)
                                .orElse(true),
                        "'" + recipientDelimiter.orElse("")
                                + "' is not made of characters that divide local parts, as in + or +-")
                .require(
                        "ingress",
                        ingress.listenAddresses().stream()
                                .filter(door -> door.port() > 0)
                                .noneMatch(ops.listenAddress()::equals),
                        "it listens at " + ops.listen() + ", and so would ops.listen: each needs a port of its own")
                .enforce();
    }

    /** Of any mail: nothing that waits is older than that, but for its last wait. */
    public Duration longestLifetime() {
        return domains.values().stream()
                .flatMap(domain -> domain.retry().flatMap(DomainRetry::maxLifetime).stream())
                .reduce(longer(retry.maxLifetime(), retry.reportLifetime()), Config::longer);
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** The keys, apart from those of the relay tables, whose values differ: only a restart brings them about. */
    public List<String> keysToRestartFor(Config newer) {
        return ConfigDifferences.between(this, newer).stream()
                .filter(key -> TABLES.stream().noneMatch(table -> key.equals(table) || key.startsWith(table + ".")))
                .toList();
    }
}
