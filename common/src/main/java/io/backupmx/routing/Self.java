package io.backupmx.routing;

import io.backupmx.config.Config;
import io.backupmx.config.HostPort;
import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who we are to the rest of the world, so that no mail is sent to ourselves: our host name and what {@code mx.self} adds;
 * every address of this machine's interfaces, whatever listens there; and of what else leads to this machine, that which an
 * ingress listens on.
 */
final class Self {

    private final Set<String> names;
    private final Predicate<InetAddress> isOurs;

    Self(Set<String> names, Predicate<InetAddress> isOurs) {
        this.names = Set.copyOf(names);
        this.isOurs = isOurs;
    }

    static Self of(Domain hostname, Config config) {
        Set<String> names = new HashSet<>(Set.of(hostname.name()));
        Set<InetAddress> declared = new HashSet<>();
        for (String text : config.mx().self()) {
            try {
                declared.add(InetAddress.ofLiteral(text));
            } catch (IllegalArgumentException e) {
                Domain.parse(text).map(Domain::name).ifPresent(names::add);
            }
        }
        HostPort ingress = config.ingress().listenAddress();
        boolean samePort = ingress.port() == config.mx().port();
        return new Self(
                names,
                address -> declared.contains(address)
                        || address.isAnyLocalAddress()
                        || (address.isLoopbackAddress() && samePort && OwnDoors.listensOn(ingress.host(), address))
                        || OwnDoors.isOfAnInterface(address));
    }

    /** Whether {@code host} is one of ours, by its name or by any of its addresses. */
    boolean is(MailHost host) {
        return names.contains(host.name()) || host.addresses().stream().anyMatch(isOurs);
    }

    /** For the log. */
    List<String> names() {
        return names.stream().sorted().toList();
    }
}
