package io.backupmx.config;

import java.util.List;

/**
 * Who may have mail tried that waits here (RFC 1985).
 *
 * @param networks of clients that ETRN is offered to
 */
public record EtrnConfig(List<String> networks) {

    public static final EtrnConfig DEFAULT = new EtrnConfig(List.of());

    public EtrnConfig {
        networks = List.copyOf(networks);
        Ranges ranges = new Ranges();
        TrustedNetworks.judgeNarrow("networks", networks, "whoever is in it may have mail tried at any time", ranges);
        ranges.enforce();
    }

    /** {@link #networks} taken apart. */
    public Networks clients() {
        return Networks.of(networks);
    }
}
