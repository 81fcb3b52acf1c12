package io.backupmx.routing;

import io.backupmx.config.Config;
import io.backupmx.config.HostPort;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whether an address and port lead to an ingress of ours, so that no mail is delivered to ourselves, whoever has named the host: a
 * primary's record may have been failed over to its backup. Of this machine's addresses those that an ingress listens on, at its
 * port; of those that {@code mx.self} declares its port and that of all mail exchangers, which may be forwarded to it. Other ports
 * are other servers. A port that the system chose nobody knows here.
 */
public final class OwnDoors {

    private final List<HostPort> doors;
    private final Set<InetAddress> declared;
    private final Set<Integer> declaredPorts;
    private final Predicate<InetAddress> isOfThisMachine;

    /**
     * @param doors where we listen
     * @param declared addresses under which the world knows us
     * @param exchangersPort at which the world finds them
     */
    OwnDoors(
            List<HostPort> doors,
            Set<InetAddress> declared,
            int exchangersPort,
            Predicate<InetAddress> isOfThisMachine) {
        this.doors = List.copyOf(doors);
        this.declared = Set.copyOf(declared);
        this.declaredPorts = new HashSet<>(Set.of(exchangersPort));
        doors.forEach(door -> declaredPorts.add(door.port()));
        this.isOfThisMachine = isOfThisMachine;
    }

    public static OwnDoors of(Config config) {
        Set<InetAddress> declared = new HashSet<>();
        for (String text : config.mx().self()) {
            try {
                declared.add(InetAddress.ofLiteral(text));
            } catch (IllegalArgumentException _) {
                // A name: MX records have those, sockets have not.
            }
        }
        return new OwnDoors(
                config.ingress().listenAddresses(),
                declared,
                config.mx().port(),
                address -> address.isAnyLocalAddress() || address.isLoopbackAddress() || isOfAnInterface(address));
    }

    /** Nothing leads to us. */
    public static OwnDoors none() {
        return new OwnDoors(List.of(), Set.of(), 0, _ -> false);
    }

    /** Whether whoever connects to {@code address} talks to us. */
    boolean leadsHere(SocketAddress address) {
        try {
            return leadsHere(InetAddress.ofLiteral(String.valueOf(address.hostAddress())), address.port());
        } catch (IllegalArgumentException _) {
            return false; // without an address nobody connects
        }
    }

    boolean leadsHere(InetAddress address, int port) {
        return (declared.contains(address) && declaredPorts.contains(port))
                || doors.stream()
                        .anyMatch(door -> door.port() == port
                                && listensOn(door.host(), address)
                                && isOfThisMachine.test(address));
    }

    /** Whether who listens on {@code host} hears what comes to {@code address}, if that is one of this machine. */
    static boolean listensOn(String host, InetAddress address) {
        if (host.equals("localhost")) {
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        }
        try {
            InetAddress listening = InetAddress.ofLiteral(host);
            return listening.isAnyLocalAddress()
                    || listening.equals(address)
                    || (address.isAnyLocalAddress() && listening.isLoopbackAddress());
        } catch (IllegalArgumentException e) {
            return true; // a name that may well be this one
        }
    }

    /** 127.0.0.2 leads here, too, but is no address of an interface. */
    static boolean isOfAnInterface(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}
