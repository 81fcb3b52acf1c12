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
        TrustedNetworks.judgeNarrow("networks", networks, "whoever is in it may claim to be any client", ranges);
        ranges.enforce();
    }

    /** {@link #networks} taken apart. */
    public Networks proxies() {
        return Networks.of(networks);
    }
}
