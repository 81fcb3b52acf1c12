package io.backupmx.ingress.client;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * What one client can have at will, and so counts as one client: an IPv4 address, or the /64 of an IPv6 address (RFC 6177 §2,
 * RFC 7421 §1).
 *
 * @param bits of IPv6 the first 64, of IPv4 those of {@code 0:ffff::} with the address behind, which is nobody's
 */
public record ClientNetwork(long bits) {

    private static final long IPV4 = 0xffff_0000_0000L;

    /** @param address as a socket has it; IPv4 in IPv6's clothes is IPv4 */
    public static ClientNetwork of(String address) {
        return of(PeerAddress.parse(address));
    }

    public static ClientNetwork of(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        return new ClientNetwork(
                octets.remaining() == Integer.BYTES
                        ? IPV4 | Integer.toUnsignedLong(octets.getInt())
                        : octets.getLong());
    }
}
