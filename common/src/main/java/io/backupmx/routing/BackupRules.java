package io.backupmx.routing;

import io.backupmx.config.Networks;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Whether a domain that nobody has configured is ours to back up, by its MX records (postconf(5), permit_mx_backup and
 * permit_mx_backup_networks). The rule first: every address of each of its best hosts is within our networks, none of them is
 * we, and we are among the others. What the records rule out nobody needs to be asked about; what cannot be found out is no yes.
 */
final class BackupRules {

    private final Self self;
    private final Networks networks;

    BackupRules(Self self, Networks networks) {
        this.self = self;
        this.networks = networks;
    }

    /** Knows the addresses of hosts. */
    interface AddressBook {
        /** Has an entry for each of {@code names}. */
        Map<String, HostAddresses> of(Collection<String> names) throws InterruptedException;
    }

    /** @param records the domain's, in any order, one at least; their addresses do not count */
    BackupStanding judge(List<MailHost> records, AddressBook book) throws InterruptedException {
        if (records.size() > MxSelection.MAX_HOSTS) {
            return new BackupStanding.Refused("it has more than " + MxSelection.MAX_HOSTS + " MX records");
        }
        int lowest = records.stream().mapToInt(MailHost::preference).min().orElseThrow();
        Map<Boolean, List<MailHost>> isBest =
                records.stream().distinct().collect(Collectors.partitioningBy(host -> host.preference() == lowest));
        List<MailHost> best = isBest.getOrDefault(true, List.of());
        List<MailHost> others = isBest.getOrDefault(false, List.of());
        Optional<BackupStanding> ruledOut =
                best.stream().filter(self::is).findFirst().map(BackupRules::loop);
        if (ruledOut.isEmpty()) {
            ruledOut = judgeBest(best, book.of(names(best)));
        }
        return ruledOut.isPresent() ? ruledOut.get() : seekUs(best, others, book);
    }

    /** Empty: nothing is wrong with them. */
    private Optional<BackupStanding> judgeBest(List<MailHost> best, Map<String, HostAddresses> addresses) {
        for (MailHost host : best) {
            List<InetAddress> known = of(host, addresses).known();
            if (self.is(new MailHost(host.preference(), host.name(), known))) {
                return Optional.of(loop(host));
            }
            Optional<InetAddress> outside =
                    known.stream().filter(Predicate.not(networks::contains)).findFirst();
            if (outside.isPresent()) {
                return Optional.of(new BackupStanding.Refused("its best MX host " + host.name() + "["
                        + outside.get().getHostAddress() + "] is not within permit_mx_backup.networks"));
            }
        }
        return best.stream()
                .flatMap(host -> unsure(host, of(host, addresses)).stream())
                .findFirst();
    }

    private static Optional<BackupStanding> unsure(MailHost host, HostAddresses addresses) {
        if (addresses.failure().isEmpty() && !addresses.known().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new BackupStanding.NotNow(
                addresses.failure().orElseGet(() -> "no address is known of its best MX host " + host.name())));
    }

    private BackupStanding seekUs(List<MailHost> best, List<MailHost> others, AddressBook book)
            throws InterruptedException {
        if (others.stream().anyMatch(self::is)) { // by name
            return permitted(best);
        }
        Map<String, HostAddresses> addresses = others.isEmpty() ? Map.of() : book.of(names(others));
        boolean among = others.stream()
                .anyMatch(host -> self.is(new MailHost(
                        host.preference(), host.name(), of(host, addresses).known())));
        if (among) {
            return permitted(best);
        }
        return others.stream()
                .flatMap(host -> of(host, addresses).failure().stream())
                .findFirst()
                .<BackupStanding>map(BackupStanding.NotNow::new) // that one might be we
                .orElseGet(() -> new BackupStanding.Refused("this backup is not among its MX hosts"));
    }

    private static BackupStanding permitted(List<MailHost> best) {
        return new BackupStanding.Permitted("this backup is among its MX hosts, and the best, "
                + String.join(", ", names(best)) + ", within permit_mx_backup.networks");
    }

    private static BackupStanding loop(MailHost host) {
        return new BackupStanding.Refused(
                "its best MX host " + host.name() + " is this backup: it is no backup of itself");
    }

    private static HostAddresses of(MailHost host, Map<String, HostAddresses> addresses) {
        return addresses.getOrDefault(
                host.name(), new HostAddresses(List.of(), Optional.of(host.name() + " was not asked about")));
    }

    private static List<String> names(List<MailHost> hosts) {
        return hosts.stream().map(MailHost::name).distinct().sorted().toList();
    }
}
