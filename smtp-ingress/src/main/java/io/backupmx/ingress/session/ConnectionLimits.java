package io.backupmx.ingress.session;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts open sessions, in all and of each client address (of IPv6, each /64), so that nobody gets more than their share.
 * An address that hides many clients has no share of its own, nor has one that is trusted. Thread-safe.
 */
final class ConnectionLimits {

    private static final int IPV6_NETWORK_OCTETS = 8;

    enum Admission {
        ADMITTED,
        /** The address says nothing about the client. */
        ADMITTED_AS_ONE_OF_MANY,
        TOO_MANY,
        TOO_MANY_FROM_ADDRESS
    }

    private final int max;
    private final int maxPerAddress;
    private final ClientAddresses clients;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<String, Integer> openByAddress = new ConcurrentHashMap<>();

    ConnectionLimits(int max, int maxPerAddress, ClientAddresses clients) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
        this.clients = clients;
    }

    /** Who is admitted must {@link #leave}, once. */
    Admission enter(String address) {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            return Admission.TOO_MANY;
        }
        if (clients.isMany(address)) {
            return Admission.ADMITTED_AS_ONE_OF_MANY;
        }
        if (clients.isTrusted(address)) {
            return Admission.ADMITTED;
        }
        if (openByAddress.merge(network(address), 1, Integer::sum) > maxPerAddress) {
            leave(address);
            return Admission.TOO_MANY_FROM_ADDRESS;
        }
        return Admission.ADMITTED;
    }

    void leave(String address) {
        if (!clients.isMany(address) && !clients.isTrusted(address)) {
            openByAddress.computeIfPresent(network(address), (_, count) -> count > 1 ? count - 1 : null);
        }
        open.decrementAndGet();
    }

    /** What one client can have at will: an IPv4 address, or the /64 of an IPv6 address (RFC 6177 §2, RFC 7421 §1). */
    private static String network(String address) {
        if (!address.contains(":")) {
            return address;
        }
        InetAddress parsed = PeerAddress.parse(address);
        return parsed instanceof Inet6Address
                ? HexFormat.of().formatHex(parsed.getAddress(), 0, IPV6_NETWORK_OCTETS)
                : parsed.getHostAddress(); // an IPv4 address in IPv6's clothes
    }

    int open() {
        return open.get();
    }
}
