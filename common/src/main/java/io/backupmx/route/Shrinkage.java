package io.backupmx.route;

import io.backupmx.config.Networks;
import io.backupmx.smtp.Domain;
import java.util.Optional;

/** So great a loss that an operator has to confirm it: mail would be refused for good. */
public sealed interface Shrinkage {

    /**
     * A domain's loss of recipients.
     *
     * @param after empty: the domain itself is gone
     * @param gone how many of those listed are not listed any more
     */
    record OfDomain(Domain domain, Extent before, Optional<Extent> after, int gone) implements Shrinkage {

        /** For people. */
        @Override
        public String toString() {
            return after.map(
                            now -> domain + ": from " + before + " to " + now + (gone > 0 ? ", " + gone + " gone" : ""))
                    .orElseGet(() -> domain + ": no longer backed up, had " + before);
        }
    }

    /** Networks went that made domains ours. */
    record OfNetworks(TableChanges.MxBackupChange change) implements Shrinkage {

        /** For people. */
        @Override
        public String toString() {
            return change.toString();
        }
    }

    /**
     * What {@code domain} has lost since it had {@code before}, as far as figures tell, if it is more than may be lost without
     * an operator's word.
     *
     * @param now empty: it is not backed up any more
     * @param limitPercent how much of its recipients it may lose at once
     */
    static Optional<Shrinkage> byFigures(Domain domain, Extent before, Optional<Extent> now, int limitPercent) {
        if (now.isEmpty()) {
            return Optional.of(gone(domain, before));
        }
        int gone = before instanceof Extent.Listed(int had) ? Math.max(0, had - listed(now.get())) : 0;
        return new TableChanges.ListChange(domain, before, now.get(), 0, gone).isLoss(limitPercent)
                ? Optional.of(new OfDomain(domain, before, now, gone))
                : Optional.empty();
    }

    private static int listed(Extent extent) {
        return switch (extent) {
            case Extent.Listed(int recipients) -> recipients;
            case Extent.Unlisted _ -> 0;
            case Extent.Everybody _, Extent.Asked _ -> Integer.MAX_VALUE; // nobody need be gone
        };
    }

    /** What is gone of the networks since they were {@code before}. */
    static Optional<Shrinkage> ofNetworks(Networks before, Optional<Networks> now) {
        return Optional.of(new TableChanges.MxBackupChange(Optional.of(before), now))
                .filter(TableChanges.MxBackupChange::isLoss)
                .map(OfNetworks::new);
    }

    /** A domain that is not backed up any more. */
    static Shrinkage gone(Domain domain, Extent before) {
        return new OfDomain(domain, before, Optional.empty(), 0);
    }
}
