package io.backupmx.route;

import io.backupmx.config.Networks;
import io.backupmx.smtp.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What differs between two loads of the relay tables.
 *
 * @param added domains that are backed up now
 * @param removed domains that are not any more, each with what it had
 * @param lists domains of both whose recipients differ
 * @param rerouted domains of both whose mail goes elsewhere now
 * @param addressesRerouted addresses of both that a transport line is about, and whose mail goes elsewhere now
 * @param newRoutes that nothing went by before
 * @param goneRoutes that nothing goes by any more; mail that waits for them stays
 * @param mxBackup where MX hosts of domains that nobody has configured had to be and have to be; empty: there as before
 * @param addresses recipients that came and went, of both kinds the first {@value #SAMPLES}
 */
public record TableChanges(
        List<Domain> added,
        List<Shrinkage> removed,
        List<ListChange> lists,
        List<Rerouted> rerouted,
        List<AddressRerouted> addressesRerouted,
        List<Route> newRoutes,
        List<Route> goneRoutes,
        Optional<MxBackupChange> mxBackup,
        Addresses addresses) {

    static final int SAMPLES = 1000;

    /**
     * A domain's recipients before and now.
     *
     * @param came how many are listed that were not
     * @param gone how many were listed and are not
     */
    public record ListChange(Domain domain, Extent before, Extent after, int came, int gone) {

        /** For people. */
        @Override
        public String toString() {
            return domain + ": from " + before + " to " + after + ", " + came + " came, " + gone + " gone";
        }

        /**
         * Whether so many are gone that a broken list is more likely than a wish. One may always go, but for the last; and
         * as many as came in the place of others do not make up for them.
         */
        boolean isLoss(int limitPercent) {
            return switch (after) {
                case Extent.Everybody _ -> false;
                case Extent.Unlisted _ ->
                    before instanceof Extent.Listed; // an empty export opens what its list had closed
                case Extent.Asked _ -> before instanceof Extent.Everybody || before instanceof Extent.Unlisted;
                case Extent.Listed(int now) ->
                    switch (before) {
                        case Extent.Everybody _, Extent.Unlisted _, Extent.Asked _ -> true;
                        case Extent.Listed(int had) ->
                            gone > 0 && (now == 0 || (gone > 1 && gone * 100L > (long) had * limitPercent));
                    };
            };
        }
    }

    /** Where a domain's mail went and goes. */
    public record Rerouted(Domain domain, Optional<Route> before, Optional<Route> after) {

        /** For people. */
        @Override
        public String toString() {
            return domain + ": from " + text(before) + " to " + text(after);
        }

        private static String text(Optional<Route> route) {
            return route.map(Route::toString).orElse("no route");
        }
    }

    /** Where the mail of one address went and goes, or what is said in the place of that; for people. */
    public record AddressRerouted(String address, String before, String after) {

        /** For people. */
        @Override
        public String toString() {
            return address + ": from " + before + " to " + after;
        }
    }

    /** Networks of {@code permit_mx_backup}; empty: there was no such section, or is none. */
    public record MxBackupChange(Optional<Networks> before, Optional<Networks> after) {

        /** For people. */
        @Override
        public String toString() {
            return "permit_mx_backup: from " + text(before) + " to " + text(after);
        }

        private static String text(Optional<Networks> networks) {
            return networks.map(Networks::toString).orElse("no networks");
        }

        /** Whether a domain may not be ours any more that was. */
        boolean isLoss() {
            return before.isPresent()
                    && !after.map(now -> now.containsAll(before.get())).orElse(false);
        }
    }

    /**
     * How many recipients came and went, and some of them.
     *
     * @param removedDigest of all that went, shown or not: another where others went
     */
    public record Addresses(
            int added, int removed, List<String> someAdded, List<String> someRemoved, String removedDigest) {}

    public TableChanges {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        lists = List.copyOf(lists);
        rerouted = List.copyOf(rerouted);
        addressesRerouted = List.copyOf(addressesRerouted);
        newRoutes = List.copyOf(newRoutes);
        goneRoutes = List.copyOf(goneRoutes);
    }

    /** From {@code before} to {@code after}. Takes a second for a million recipients. */
    public static TableChanges between(ConfiguredRelayTables before, ConfiguredRelayTables after) {
        return new TableComparison(before, after).changes();
    }

    public boolean isEmpty() {
        return added.isEmpty()
                && removed.isEmpty()
                && lists.isEmpty()
                && rerouted.isEmpty()
                && addressesRerouted.isEmpty()
                && newRoutes.isEmpty()
                && goneRoutes.isEmpty()
                && mxBackup.isEmpty()
                && addresses.added() == 0
                && addresses.removed() == 0;
    }

    /**
     * What nobody may lose without a word of an operator's.
     *
     * @param limitPercent how much of its recipients a domain may lose at once
     */
    public List<Shrinkage> shrinkages(int limitPercent) {
        List<Shrinkage> all = new ArrayList<>(removed);
        lists.stream()
                .filter(list -> list.isLoss(limitPercent))
                .map(list ->
                        new Shrinkage.OfDomain(list.domain(), list.before(), Optional.of(list.after()), list.gone()))
                .forEach(all::add);
        mxBackup.filter(MxBackupChange::isLoss).map(Shrinkage.OfNetworks::new).ifPresent(all::add);
        return all;
    }
}
