package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Optional;

/**
 * Why a recipient is taken or not.
 *
 * @param domain whose recipient it is; of the bare postmaster our first
 * @param ours whether its domain is backed up
 * @param route where mail for it goes, or would if it were taken
 * @param recipient empty where nobody asks, for the domain is none of ours
 */
public record Explanation(
        Domain domain,
        boolean ours,
        Optional<Route> route,
        RouteSource routeSource,
        Optional<RecipientSource> recipient) {}
