package io.backupmx.testing;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Where tests connect to. */
final class Hosts {

    private Hosts() {}

    /** The first address of {@code host}: tests name loopback addresses, or names that have one. */
    @SuppressWarnings("AddressSelection")
    static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new AssertionError("no address for " + host, e);
        }
    }
}
