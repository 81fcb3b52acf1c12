package io.backupmx.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What operators connect to.
 *
 * @param listen {@code address:port} of metrics, health and, on workers, the admin API; port 0 takes a free one
 * @param tokenFile a file with the admin API's token; without it one is made in the data directory
 */
public record OpsConfig(String listen, Optional<Path> tokenFile) {

    public static final OpsConfig DEFAULT = new OpsConfig("127.0.0.1:8025", Optional.empty());

    public OpsConfig {
        new Ranges().checkListen("listen", listen).enforce();
    }

    /** {@link #listen} taken apart. */
    public HostPort listenAddress() {
        return HostPort.of(listen);
    }
}
