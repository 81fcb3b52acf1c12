package io.backupmx.config;

import java.util.List;
import java.util.Optional;

/**
 * Judges the networks that an operator trusts. One that strangers may well be in is taken only from who names it twice: nobody
 * has that many addresses, or it is where all clients of a container seem to come from.
 */
final class TrustedNetworks {

    /** A network that is shorter trusts strangers. */
    private static final int SHORTEST_IPV4 = 8;

    private static final int SHORTEST_IPV6 = 16;

    /** What engines give containers' networks from; a network's first address is the gateway that stands for everybody. */
    private static final Network CONTAINERS = Network.parse("172.16.0.0/12").orElseThrow();

    private static final String CONFIRM = "; who means it names it in trusted_networks_confirmed, too";

    private TrustedNetworks() {}

    static void judge(List<String> trusted, List<String> confirmed, Ranges ranges) {
        trusted.forEach(text -> objection(text, confirmed.contains(text))
                .ifPresent(why -> ranges.require("trusted_networks", false, why)));
        confirmed.stream()
                .filter(text -> !trusted.contains(text))
                .forEach(text -> ranges.require(
                        "trusted_networks_confirmed", false, "'" + text + "' is not in trusted_networks"));
    }

    private static Optional<String> objection(String text, boolean confirmed) {
        Optional<Network> parsed = Network.parse(text);
        return parsed.isPresent()
                ? doubt(text, parsed.get()).filter(_ -> !confirmed).map(why -> why + CONFIRM)
                : Optional.of(noNetwork(text));
    }

    /** What to say of what is no network. */
    private static String noNetwork(String text) {
        return "'" + text + "' is not "
                + Network.around(text)
                        .map(around -> "one, for there are bits behind its prefix: write " + around)
                        .orElse(Network.FORM + ", or an address");
    }

    /**
     * Of networks that nobody can confirm.
     *
     * @param danger of one that is too wide
     */
    static void judgeNarrow(String key, List<String> networks, String danger, Ranges ranges) {
        for (String text : networks) {
            Optional<Network> parsed = Network.parse(text);
            ranges.require(key, parsed.isPresent(), noNetwork(text));
            ranges.require(
                    key,
                    parsed.filter(network -> isShort(network) || holdsContainers(network))
                            .isEmpty(),
                    "'" + text + "' is too wide: " + danger);
        }
    }

    /** Whether nobody has that many addresses. */
    private static boolean isShort(Network network) {
        return network.prefix() < (network.isIpv4() ? SHORTEST_IPV4 : SHORTEST_IPV6);
    }

    /** Whether it holds all that engines give containers' networks from, and so addresses where everybody seems to be. */
    private static boolean holdsContainers(Network network) {
        return network.contains(CONTAINERS);
    }

    private static Optional<String> doubt(String text, Network network) {
        if (isShort(network)) {
            return Optional.of("'" + text + "' would trust strangers: a network is no shorter than /" + SHORTEST_IPV4
                    + ", of IPv6 /" + SHORTEST_IPV6);
        }
        return holdsContainers(network)
                ? Optional.of("'" + text + "' would trust strangers: it holds " + CONTAINERS
                        + ", where everybody seems to be behind a container's proxy")
                : Optional.empty();
    }
}
