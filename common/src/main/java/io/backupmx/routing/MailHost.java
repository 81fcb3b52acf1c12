package io.backupmx.routing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A host that a domain's mail may go to.
 *
 * @param preference lower is tried first (RFC 5321 §5.1)
 * @param name canonical, without the trailing dot
 * @param addresses all that are known now, in the order to be tried; none when they cannot be said
 */
public record MailHost(int preference, String name, List<InetAddress> addresses) {

    public MailHost {
        addresses = List.copyOf(addresses);
    }

    /** Its addresses, which know its name. */
    public Stream<InetAddress> named() {
        return addresses.stream().map(address -> {
            try {
                return InetAddress.getByAddress(name, address.getAddress());
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address has 4 or 16 octets", e);
            }
        });
    }
}
