package io.backupmx.ingress.session;

import io.backupmx.config.Networks;
import io.backupmx.ops.DefaultGateways;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a client's address tells of it.
 *
 * @param trusted clients that are known, and so have no limits of their own
 * @param many addresses that are many clients each; nobody can be trusted for such a one, whatever network it is in
 */
record ClientAddresses(Networks trusted, DefaultGateways many) {

    static final ClientAddresses STRANGERS = new ClientAddresses(new Networks(List.of()), DefaultGateways.NONE);

    /** Whether {@code address}, as a socket has it, says nothing about the client. */
    boolean isMany(String address) {
        return !many.addresses().isEmpty() && many.contain(PeerAddress.parse(address));
    }

    /** Whether {@code address}, as a socket has it, is a client that we know. */
    boolean isTrusted(String address) {
        return !trusted.list().isEmpty() && !isMany(address) && trusted.contains(PeerAddress.parse(address));
    }

    /** The address, if it says something about the client. */
    Optional<InetAddress> telling(String address) {
        return isMany(address) ? Optional.empty() : Optional.of(PeerAddress.parse(address));
    }
}
