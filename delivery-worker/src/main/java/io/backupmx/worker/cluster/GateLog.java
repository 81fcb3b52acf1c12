package io.backupmx.worker.cluster;

import io.backupmx.ops.MailLog;
import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import org.slf4j.event.Level;

/** One line in the mail log each time a route changes its state, from the worker that keeps it. */
final class GateLog {

    void moved(Route route, RouteStatus.State state, String reason) {
        Level level = switch (state) {
            case UP, RAMP -> Level.INFO;
            case THROTTLED, DOWN, HELD, GONE -> Level.WARN;
            case QUARANTINE -> Level.ERROR;
        };
        var line = MailLog.LOG.atLevel(level).addKeyValue("next_hop", route).addKeyValue("state", state);
        (reason.isEmpty() ? line : line.addKeyValue("reason", reason)).log("route_state");
    }
}
