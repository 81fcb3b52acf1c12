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

/**
 * Which of a domain's hosts get its mail, and in which order (RFC 5321 §5.1): lower preferences first, equals shuffled, of
 * each host IPv6 and IPv4 in turn; and none that is we, nor any that is not to be preferred to us. Pure.
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

    /** @param hosts of a domain, in any order; one at least */
    MailHosts select(List<MailHost> hosts) {
        OptionalInt ours =
                hosts.stream().filter(self::is).mapToInt(MailHost::preference).min();
        List<MailHost> before = hosts.stream()
                .filter(host -> ours.isEmpty() || host.preference() < ours.getAsInt())
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
