package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Optional;

/**
 * A domain that would lose so many recipients that an operator has to confirm it: their mail would be refused for good.
 *
 * @param after empty: the domain itself is gone
 * @param gone how many of those listed are not listed any more
 */
public record Shrinkage(Domain domain, Extent before, Optional<Extent> after, int gone) {

    /** A domain that is not backed up any more. */
    static Shrinkage gone(Domain domain, Extent before) {
        return new Shrinkage(domain, before, Optional.empty(), 0);
    }

    /** For people. */
    @Override
    public String toString() {
        return after.map(now -> domain + ": from " + before + " to " + now + (gone > 0 ? ", " + gone + " gone" : ""))
                .orElseGet(() -> domain + ": no longer backed up, had " + before);
    }
}
