package io.backupmx.worker.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.backupmx.worker.RouteStatus;
import java.util.Optional;

/**
 * A route as the admin API lists it; times in seconds since the epoch.
 *
 * @param since when it entered {@code state}
 * @param limit connections of all workers
 * @param connections deliveries of the worker that was asked
 * @param next when it is probed or tried next
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ListedRoute(
        String route,
        RouteStatus.State state,
        long since,
        String reason,
        int limit,
        int connections,
        boolean probation,
        Optional<Long> next) {}
