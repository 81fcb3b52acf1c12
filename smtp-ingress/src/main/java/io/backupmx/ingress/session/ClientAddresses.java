package io.backupmx.ingress.session;

import io.backupmx.config.Networks;
import io.backupmx.ingress.client.PeerAddress;
import io.backupmx.ops.DefaultGateways;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a client's address tells of it.
 *
 * @param trusted clients that are known, and so have no limits of their own
 * @param proxies clients that may say for whom they speak
 * @param etrn clients that may have mail tried
 * @param many addresses that are many clients each; nobody can be trusted for such a one, whatever network it is in
 */
record ClientAddresses(Networks trusted, Networks proxies, Networks etrn, DefaultGateways many) {

    private static final Networks NONE = new Networks(List.of());

    static final ClientAddresses STRANGERS = new ClientAddresses(NONE, DefaultGateways.NONE);

    ClientAddresses(Networks trusted, DefaultGateways many) {
        this(trusted, NONE, NONE, many);
    }

    /** Whether {@code address}, as a socket has it, says nothing about the client. */
    boolean isMany(String address) {
        return !many.addresses().isEmpty() && many.contain(PeerAddress.parse(address));
    }

    /** Whether {@code address}, as a socket has it, is a client that we know. */
    boolean isTrusted(String address) {
        return isIn(trusted, address);
    }

    /** As with the PROXY protocol, that may be our own default gateway: who means it has named it. */
    boolean isProxy(String address) {
        return !proxies.list().isEmpty() && proxies.contains(PeerAddress.parse(address));
    }

    boolean isForEtrn(String address) {
        return isIn(etrn, address);
    }

    private boolean isIn(Networks networks, String address) {
        return !networks.list().isEmpty() && !isMany(address) && networks.contains(PeerAddress.parse(address));
    }

    /** The address, if it says something about the client. */
    Optional<InetAddress> telling(String address) {
        return isMany(address) ? Optional.empty() : Optional.of(PeerAddress.parse(address));
    }
}
