package io.backupmx.worker;

import io.backupmx.route.Route;
import java.util.List;

/** A worker that does everything, unless a test takes it from it. */
public final class TestDuties implements Duties {

    private volatile boolean all = true;
    private volatile List<Route> stopped = List.of();

    /** Whether it keeps all routes and is the steward, or nothing of that. */
    public void doesAll(boolean yes) {
        all = yes;
    }

    public void expiryStopped(Route... routes) {
        stopped = List.of(routes);
    }

    @Override
    public boolean keeps(Route route) {
        return all;
    }

    @Override
    public int shardOf(Route route) {
        return 3;
    }

    @Override
    public boolean isSteward() {
        return all;
    }

    @Override
    public List<Route> expiryStopped() {
        return stopped;
    }
}
