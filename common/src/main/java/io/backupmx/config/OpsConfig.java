package io.backupmx.config;

/**
 * What operators connect to.
 *
 * @param listen {@code address:port} of metrics, health and, on workers, the admin API; port 0 takes a free one
 */
public record OpsConfig(String listen) {

    public static final OpsConfig DEFAULT = new OpsConfig("127.0.0.1:8025");

    public OpsConfig {
        new Ranges().checkListen("listen", listen).enforce();
    }

    /** {@link #listen} taken apart. */
    public HostPort listenAddress() {
        return HostPort.of(listen);
    }
}
