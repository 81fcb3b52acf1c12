package io.backupmx.routing;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which of a domain's hosts get its mail, and in which order (RFC 5321 §5.1): lower preferences first, equals shuffled, of
 * each host IPv6 and IPv4 in turn; and none that is we, nor any that is not to be preferred to us. Pure.
 *
 * <p>Of a host that cannot be resolved nobody may know whether it is we ({@link Owner#UNKNOWN}). The rule: it is passed over where
 * we have been found otherwise, and where none is preferred to it: nobody is the backup of himself, and a domain that has us for
 * its best host has nobody to deliver to. Else it counts as we do: who is preferred to it gets mail, and who is not gets none until
 * it can be resolved.
 */
final class MxSelection {

    /** More hosts than a sane domain has. */
    static final int MAX_HOSTS = 20;

    private static final Comparator<MailHost> BY_PREFERENCE = Comparator.comparingInt(MailHost::preference);

    private final Self self;
    private final RandomGenerator random;

    MxSelection(Self self, RandomGenerator random) {
        this.self = self;
        this.random = random;
    }

    /** A host of a domain, and whose it is. */
    record Owned(MailHost host, Owner owner) {

        int preference() {
            return host.preference();
        }
    }

    /** @param hosts of a domain, in any order, one at least; those without addresses have none */
    MailHosts select(List<MailHost> hosts) {
        return selectOwned(hosts.stream()
                .map(host -> new Owned(host, self.is(host) ? Owner.WE : Owner.ANOTHER))
                .toList());
    }

    /** @param owned hosts of a domain, in any order; one at least */
    MailHosts selectOwned(List<Owned> owned) {
        List<MailHost> hosts = owned.stream().map(Owned::host).toList();
        OptionalInt limit = limit(owned);
        List<MailHost> before = hosts.stream()
                .filter(host -> limit.isEmpty() || host.preference() < limit.getAsInt())
                .sorted(BY_PREFERENCE.thenComparing(MailHost::name))
                .distinct()
                .limit(MAX_HOSTS)
                .toList();
        if (before.isEmpty()) {
            return new MailHosts.LoopsBack(
                    "mail would come back to us: the best of " + names(hosts) + " is this backup");
        }
        List<MailHost> reachable =
                before.stream().filter(host -> !host.addresses().isEmpty()).toList();
        if (reachable.isEmpty()) {
            return new MailHosts.NotNow("no address is known of " + names(before));
        }
        return new MailHosts.Found(names(reachable), inOrder(reachable));
    }

    /** The preference of ourselves, or of whoever may be we: mail goes to those only that have a lower one. Empty: to all. */
    private static OptionalInt limit(List<Owned> hosts) {
        OptionalInt ours = lowest(hosts.stream().filter(host -> host.owner() == Owner.WE));
        if (ours.isPresent()) {
            return ours;
        }
        int best = lowest(hosts.stream()).orElseThrow();
        return lowest(hosts.stream().filter(host -> host.owner() == Owner.UNKNOWN && host.preference() > best));
    }

    private static OptionalInt lowest(Stream<Owned> hosts) {
        return hosts.mapToInt(Owned::preference).min();
    }

    private List<MailHost> inOrder(List<MailHost> hosts) {
        List<MailHost> shuffled = new ArrayList<>(hosts);
        Collections.shuffle(shuffled, random);
        return shuffled.stream()
                .sorted(BY_PREFERENCE) // stable
                .map(host -> new MailHost(host.preference(), host.name(), inTurn(host.addresses())))
                .toList();
    }

    /** A family that leads nowhere costs one timeout, then, and not one for each of its addresses. */
    private List<InetAddress> inTurn(List<InetAddress> addresses) {
        List<InetAddress> shuffled = new ArrayList<>(addresses);
        Collections.shuffle(shuffled, random);
        List<InetAddress> v6 =
                shuffled.stream().filter(Inet6Address.class::isInstance).toList();
        List<InetAddress> v4 = shuffled.stream()
                .filter(address -> !(address instanceof Inet6Address))
                .toList();
        List<InetAddress> all = new ArrayList<>();
        for (int i = 0; i < Math.max(v6.size(), v4.size()); i++) {
            v6.stream().skip(i).limit(1).forEach(all::add);
            v4.stream().skip(i).limit(1).forEach(all::add);
        }
        return all;
    }

    private static String names(List<MailHost> hosts) {
        return hosts.stream()
                .sorted(BY_PREFERENCE.thenComparing(MailHost::name))
                .map(MailHost::name)
                .distinct()
                .limit(MAX_HOSTS)
                .collect(Collectors.joining(","));
    }
}
