package io.backupmx.worker;

import io.backupmx.route.Route;
import java.time.Instant;
import java.util.Optional;

/**
 * One route as its gate stands, for all workers.
 *
 * @param since when it entered {@code state}
 * @param reason for people: why it is not up; empty when it is
 * @param limit connections to the next hop that all workers together may have now
 * @param connections deliveries going on now, of this worker
 * @param probation whether it has just come back, so that refusals are not believed yet
 * @param next when something is tried next, as far as that is known: a probe, a trial
 */
public record RouteStatus(
        Route route,
        State state,
        Instant since,
        String reason,
        int limit,
        int connections,
        boolean probation,
        Optional<Instant> next) {

    /** Names as in the {@code route} command, the metrics and the log. */
    public enum State {
        /** Mail goes out. */
        UP,
        /** It answers again: ever more mail goes out. */
        RAMP,
        /** It defers whatever it is given: one mail now and then is tried. */
        THROTTLED,
        /** Nobody there, or not well: it is probed. */
        DOWN,
        /** Held by an operator. */
        HELD,
        /** It came back refusing what it should take: held until an operator looks. */
        QUARANTINE,
        /** It has mail and is in no configuration any more, so that nobody takes it. */
        GONE
    }
}
