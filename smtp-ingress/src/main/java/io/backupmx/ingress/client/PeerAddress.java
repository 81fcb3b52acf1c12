package io.backupmx.ingress.client;

import java.net.InetAddress;

/** A socket's address as text, read. */
public final class PeerAddress {

    private PeerAddress() {}

    /**
     * Without the zone of an IPv6 address, and an IPv4 address in IPv6's clothes without those (RFC 4291 §2.5.5.2).
     *
     * @param address as sockets have it; never a name
     */
    public static InetAddress parse(String address) {
        int zone = address.indexOf('%');
        return InetAddress.ofLiteral(zone < 0 ? address : address.substring(0, zone));
    }
}
