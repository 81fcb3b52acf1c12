package io.backupmx.routing;

import java.net.InetAddress;
import java.util.List;

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
}
