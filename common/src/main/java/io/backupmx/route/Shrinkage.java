package io.backupmx.route;

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

    /** A domain that is not backed up any more. */
    static Shrinkage gone(Domain domain, Extent before) {
        return new OfDomain(domain, before, Optional.empty(), 0);
    }
}
