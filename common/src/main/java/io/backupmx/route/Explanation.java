package io.backupmx.route;

import io.backupmx.config.DomainRetry;
import io.backupmx.smtp.Domain;
import java.util.Optional;

/**
 * Why a recipient is taken or not.
 *
 * @param domain whose recipient it is; of the bare postmaster our first
 * @param backedUp whether its domain is backed up
 * @param route where mail for it goes, or would if it were taken
 * @param recipient empty where nobody asks, for the domain is none of ours
 * @param defersWhileUp whether a client that has not come back is to leave it to the primary while that is up
 * @param held a sentence that says so, where its mail is kept and not delivered
 * @param retry what its domain says of when its mail is tried again, and given up
 */
public record Explanation(
        Domain domain,
        BackedUp backedUp,
        Optional<Route> route,
        RouteSource routeSource,
        Optional<RecipientSource> recipient,
        boolean defersWhileUp,
        Optional<String> held,
        Optional<DomainRetry> retry) {

    /** Whether a domain is backed up, by the configuration alone. */
    public enum BackedUp {
        YES,
        /** {@code permit_mx_backup}: its MX records decide. */
        IF_MX_BACKUP,
        NO
    }
}
