package io.backupmx.config;

import java.util.List;

/**
 * Who passes clients on to us, and says by the PROXY protocol whom.
 *
 * @param networks of those proxies; a connection from there without that header is closed, and nobody else's header counts
 */
public record ProxyProtocolConfig(List<String> networks) {

    public static final ProxyProtocolConfig DEFAULT = new ProxyProtocolConfig(List.of());

    public ProxyProtocolConfig {
        networks = List.copyOf(networks);
        Ranges ranges = new Ranges();
        networks.forEach(text -> ranges.require(
                        "networks", Network.parse(text).isPresent(), TrustedNetworks.noNetwork(text))
                .require(
                        "networks",
                        Network.parse(text)
                                .filter(network ->
                                        TrustedNetworks.isShort(network) || TrustedNetworks.holdsContainers(network))
                                .isEmpty(),
                        "'" + text + "' is too wide: whoever is in it may claim to be any client"));
        ranges.enforce();
    }

    /** {@link #networks} taken apart. */
    public Networks proxies() {
        return Networks.of(networks);
    }
}
