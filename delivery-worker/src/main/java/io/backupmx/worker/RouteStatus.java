package io.backupmx.worker;

import io.backupmx.route.Route;
import java.time.Instant;

/**
 * One route as its gate sees it.
 *
 * @param since when it entered {@code state}
 * @param reason for people: why it is not up; empty when it is
 * @param connections deliveries going on now
 */
public record RouteStatus(Route route, State state, Instant since, String reason, int connections) {

    /** Names as in the {@code route} command, the metrics and the log. */
    public enum State {
        UP,
        DOWN
    }
}
