package io.backupmx.ingress.session;

import io.backupmx.ingress.client.ClientNetwork;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts sessions, in all and of each client network, those that are open and those that began of late, so that nobody gets more
 * than their share. An address that hides many clients has no share of its own, nor has one that is trusted. Thread-safe.
 */
final class ConnectionLimits {

    enum Admission {
        ADMITTED,
        /** The address says nothing about the client. */
        ADMITTED_AS_ONE_OF_MANY,
        TOO_MANY,
        TOO_MANY_FROM_ADDRESS,
        /** One after the other, of late. */
        TOO_FAST_FROM_ADDRESS
    }

    private final int max;
    private final int maxPerAddress;
    private final Rate rate;
    private final ClientAddresses clients;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<ClientNetwork, Integer> openByNetwork = new ConcurrentHashMap<>();

    /** @param rate of one client's new sessions */
    ConnectionLimits(int max, int maxPerAddress, Rate rate, ClientAddresses clients) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
        this.rate = rate;
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
        ClientNetwork network = ClientNetwork.of(address);
        if (openByNetwork.merge(network, 1, Integer::sum) > maxPerAddress) {
            leave(network);
            return Admission.TOO_MANY_FROM_ADDRESS;
        }
        if (!rate.take(network)) {
            leave(network);
            return Admission.TOO_FAST_FROM_ADDRESS;
        }
        return Admission.ADMITTED;
    }

    void leave(String address) {
        if (clients.isMany(address) || clients.isTrusted(address)) {
            open.decrementAndGet();
        } else {
            leave(ClientNetwork.of(address));
        }
    }

    private void leave(ClientNetwork network) {
        openByNetwork.computeIfPresent(network, (_, count) -> count > 1 ? count - 1 : null);
        open.decrementAndGet();
    }

    int open() {
        return open.get();
    }

    /** Whether few are left. */
    boolean isCrowded() {
        return open.get() >= max - max / 4;
    }
}
