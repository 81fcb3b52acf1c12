package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares two loads of the tables, recipient by recipient. */
final class TableComparison {

    private final ConfiguredRelayTables before;
    private final ConfiguredRelayTables after;

    TableComparison(ConfiguredRelayTables before, ConfiguredRelayTables after) {
        this.before = before;
        this.after = after;
    }

    TableChanges changes() {
        Missing came = new Missing(before, Optional.empty());
        after.truth().forEachListed(address -> came.look(address, after));
        MessageDigest digest = Digests.sha256();
        Missing gone = new Missing(after, Optional.of(digest));
        before.truth().forEachListed(address -> gone.look(address, before));
        List<Domain> added = new ArrayList<>();
        List<Shrinkage> removed = new ArrayList<>();
        List<TableChanges.ListChange> lists = new ArrayList<>();
        List<TableChanges.Rerouted> rerouted = new ArrayList<>();
        for (Domain domain : domains()) {
            boolean isConfigured = before.isRelayDomain(domain) || after.isRelayDomain(domain);
            Optional<Extent> had = isConfigured ? before.extent(domain) : before.extentIfMxBackup(domain);
            Optional<Extent> has = isConfigured ? after.extent(domain) : after.extentIfMxBackup(domain);
            if (!isConfigured && (had.isEmpty() || has.isEmpty())) {
                continue; // the networks have come or gone, which says it all
            }
            if (had.isPresent() && hasLostItsRoute(domain)) {
                removed.add(Shrinkage.gone(domain, had.get())); // whatever exists there, its mail is refused
            } else if (had.isPresent() && has.isPresent()) {
                TableChanges.ListChange list = new TableChanges.ListChange(
                        domain, had.get(), has.get(), came.count(domain), gone.count(domain));
                if (!had.equals(has) || list.came() + list.gone() > 0) {
                    lists.add(list);
                }
                if (!before.route(domain).equals(after.route(domain))) {
                    rerouted.add(new TableChanges.Rerouted(domain, before.route(domain), after.route(domain)));
                }
            } else if (has.isPresent()) {
                added.add(domain);
            } else {
                had.ifPresent(extent -> removed.add(Shrinkage.gone(domain, extent)));
            }
        }
        return new TableChanges(
                added,
                removed,
                lists,
                rerouted,
                addressesRerouted(),
                without(after.routes(), before.routes()),
                without(before.routes(), after.routes()),
                mxBackup(),
                new TableChanges.Addresses(
                        came.count,
                        gone.count,
                        came.some,
                        gone.some,
                        HexFormat.of().formatHex(digest.digest())));
    }

    private Optional<TableChanges.MxBackupChange> mxBackup() {
        TableChanges.MxBackupChange change =
                new TableChanges.MxBackupChange(before.mxBackupNetworks(), after.mxBackupNetworks());
        return Optional.of(change).filter(it -> !it.before().equals(it.after()));
    }

    /** Those that a line of either is about; all others go where their domain's mail goes. */
    private List<TableChanges.AddressRerouted> addressesRerouted() {
        Set<TableAddress> addresses = new LinkedHashSet<>(before.addressesInTransport());
        addresses.addAll(after.addressesInTransport());
        return addresses.stream()
                .filter(address -> before.isRelayDomain(address.domain()) && after.isRelayDomain(address.domain()))
                .map(address -> new TableChanges.AddressRerouted(
                        address.text(), text(before.reading(address)), text(after.reading(address))))
                .filter(address -> !address.before().equals(address.after()))
                .toList();
    }

    private static String text(Optional<RouteReading> reading) {
        return switch (reading.orElse(new RouteReading.NotUnderstood(""))) {
            case RouteReading.Understood(Route route) -> route.toString();
            case RouteReading.Answers(TransportAnswer answer) ->
                (answer.isTemporary() ? "450 " : "550 ") + answer.status() + " " + answer.text();
            case RouteReading.NotUnderstood _ -> "no route";
        };
    }

    private boolean hasLostItsRoute(Domain domain) {
        return before.route(domain).isPresent() && after.route(domain).isEmpty();
    }

    /** Those that are configured, and all others that have recipients. */
    private Set<Domain> domains() {
        Set<Domain> all = new LinkedHashSet<>(before.domains());
        all.addAll(after.domains());
        all.addAll(before.truth().listedDomains());
        all.addAll(after.truth().listedDomains());
        all.addAll(before.truth().openDomains());
        all.addAll(after.truth().openDomains());
        return all;
    }

    /** Counts what is not listed in {@code tables}. */
    private static final class Missing {
        private final ConfiguredRelayTables tables;
        private final List<String> some = new ArrayList<>();
        private final Map<Domain, Integer> byDomain = new HashMap<>();
        private final Optional<MessageDigest> digest;
        private int count;

        /** @param digest of all of them, where anybody wants one */
        private Missing(ConfiguredRelayTables tables, Optional<MessageDigest> digest) {
            this.tables = tables;
            this.digest = digest;
        }

        private void look(TableAddress address, ConfiguredRelayTables home) {
            if (tables.truth().isInList(address) || !home.mayBeOurs(address.domain())) {
                return;
            }
            count++;
            byDomain.merge(address.domain(), 1, Integer::sum);
            digest.ifPresent(all -> Digests.addLine(address.text(), all));
            if (some.size() < TableChanges.SAMPLES) {
                some.add(address.text());
            }
        }

        private int count(Domain domain) {
            return byDomain.getOrDefault(domain, 0);
        }
    }

    private static <T> List<T> without(Collection<T> all, Set<T> known) {
        return all.stream().filter(one -> !known.contains(one)).toList();
    }
}
