package io.backupmx.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Domains that nobody lists, backed up because the DNS names this backup as one of their lesser MX hosts, while all their best
 * ones are ours (Postfix's {@code permit_mx_backup} with {@code permit_mx_backup_networks}).
 *
 * @param networks where every address of every best MX host has to be; absent: no such domain is backed up
 * @param recipientSources who is asked about their recipients, as {@link DomainConfig#recipientSources}
 * @param unknownRecipients as {@link DomainConfig#unknownRecipients}
 * @param unlistedRecipients what is done about those whom no list has where nobody is asked: one of the two has to be said
 */
public record PermitMxBackupConfig(
        Optional<List<String>> networks,
        Optional<List<String>> recipientSources,
        Optional<UnknownRecipients> unknownRecipients,
        Optional<UnlistedRecipients> unlistedRecipients) {

    /** What becomes of recipients of these domains whom no list has, while no source is asked. */
    public enum UnlistedRecipients {
        /** They exist, but where a list has others of their domain. */
        ACCEPT,
        /** They do not exist. */
        REJECT
    }

    private static final int MAX_NETWORKS = 1000;

    /** A network of that many addresses is one organisation's; beyond it anybody may have an address in it. */
    private static final int IPV4_PREFIX = 8;

    private static final int IPV6_PREFIX = 20;

    /** Of the widest ones: many networks make no wide one. */
    private static final double MAX_WIDEST = 2;

    /** IPv6 that stands for IPv4: 6to4 (RFC 3056) and translation (RFC 6052). */
    private static final Set<Network> STAND_FOR_IPV4 = Set.of(network("2002::/16"), network("64:ff9b::/96"));

    public static final PermitMxBackupConfig DEFAULT =
            new PermitMxBackupConfig(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public PermitMxBackupConfig {
        networks = networks.map(List::copyOf);
        recipientSources = recipientSources.map(List::copyOf);
        String key = "networks";
        Ranges ranges = new Ranges()
                .require(
                        key,
                        networks.isPresent()
                                || (recipientSources.isEmpty()
                                        && unknownRecipients.isEmpty()
                                        && unlistedRecipients.isEmpty()),
                        "is missing: the addresses of the primaries have to be within them, as in [192.0.2.0/24]")
                .require(
                        key,
                        networks.filter(List::isEmpty).isEmpty(),
                        "is empty: without networks no domain is backed up by its MX records; remove permit_mx_backup")
                .require(
                        key,
                        networks.filter(list -> list.size() > MAX_NETWORKS).isEmpty(),
                        "has more than " + MAX_NETWORKS + " entries");
        networks.orElse(List.of()).forEach(text -> judge(text, ranges));
        ranges.require(
                key,
                width(networks.orElse(List.of()), true) <= MAX_WIDEST
                        && width(networks.orElse(List.of()), false) <= MAX_WIDEST,
                "are too wide together: no wider than two /" + IPV4_PREFIX + " of IPv4 and two /" + IPV6_PREFIX
                        + " of IPv6");
        ranges.enforce();
    }

    private static void judge(String text, Ranges ranges) {
        Optional<Network> around = Network.around(text);
        ranges.require("networks", around.isPresent(), "'" + text + "' is not " + Network.FORM)
                .require(
                        "networks",
                        around.isEmpty() || Network.parse(text).isPresent(),
                        "'" + text + "' has bits beyond its prefix: write "
                                + around.map(Network::toString).orElse(""));
        around.ifPresent(network -> ranges.require(
                "networks",
                network.prefix() >= widest(network),
                "'" + text
                        + "' is too wide: whoever has an address in it could have his mail relayed; here no wider than /"
                        + widest(network)));
    }

    private static int widest(Network network) {
        if (network.isIpv4()) {
            return IPV4_PREFIX;
        }
        return STAND_FOR_IPV4.stream()
                .filter(prefix -> network.prefix() >= IPV6_PREFIX && network.overlaps(prefix))
                .mapToInt(prefix -> prefix.prefix() + IPV4_PREFIX)
                .findAny()
                .orElse(IPV6_PREFIX);
    }

    /** How many of the widest networks they would fill. */
    private static double width(List<String> texts, boolean ipv4) {
        return texts.stream()
                .flatMap(text -> Network.around(text).stream())
                .filter(network -> network.isIpv4() == ipv4)
                .distinct()
                .mapToDouble(network -> Math.scalb(1.0, widest(network) - network.prefix()))
                .sum();
    }

    private static Network network(String text) {
        return Network.parse(text).orElseThrow();
    }

    /** Empty: no domain is backed up by its MX records. */
    public Optional<Networks> allowed() {
        return networks.map(list -> new Networks(
                list.stream().flatMap(text -> Network.parse(text).stream()).toList()));
    }
}
