package io.backupmx.routing;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** The addresses of a host, as far as they could be found out; with {@code failure} there may be more. */
record HostAddresses(List<InetAddress> known, Optional<String> failure) {

    HostAddresses {
        known = List.copyOf(known);
    }
}
