package io.backupmx.route;

import java.util.Optional;

/** What is known of the hosts that routes lead to. Never blocks. */
@FunctionalInterface
public interface KnownLimits {

    /** Nothing is. */
    KnownLimits NONE = _ -> Optional.empty();

    /** Empty: nothing is known, so everything is taken. */
    Optional<NextHopLimits> of(Route route);
}
