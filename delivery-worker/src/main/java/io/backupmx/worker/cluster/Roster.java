package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is there, as one worker sees it at one moment.
 *
 * @param self this worker
 * @param alive all workers, this one included, in an order that all agree on
 * @param keepers who keeps the gates of which shard, as far as fresh word of it is there; {@link #NOBODY} when the one
 *     who kept it a moment ago has taken leave
 * @param informed whether this worker has been there long enough to have heard what was published
 * @param settled whether this worker has been there long enough for the others to leave it its share
 */
record Roster(String self, List<String> alive, Map<Integer, String> keepers, boolean informed, boolean settled) {

    /** Nobody's name. */
    static final String NOBODY = "";

    Roster {
        alive = List.copyOf(alive);
        keepers = Map.copyOf(keepers);
    }

    static Roster alone(String self) {
        return new Roster(self, List.of(self), Map.of(), false, false);
    }

    /** Who is to be told of what happens there. */
    Optional<String> keeperOf(int shard) {
        return Optional.ofNullable(keepers.get(shard)).filter(keeper -> !keeper.equals(NOBODY));
    }

    /** Whether what is known of the shard is fresh. */
    boolean hasKeeper(int shard) {
        return keepers.containsKey(shard);
    }

    boolean keeps(int shard) {
        return self.equals(keepers.get(shard));
    }

    /**
     * This worker's share of the connections that all together may have to {@code route}. The keeper's comes first, for it
     * has the connection of the probe that was answered; what cannot be divided goes to other workers for other routes.
     * Without a keeper one connection is what a worker may have, as a newcomer it is the most, and it is one until it has
     * heard that nobody else is there.
     */
    int share(Route route, int shard, int limit) {
        if (!hasKeeper(shard)) {
            return Math.min(1, limit);
        }
        int workers = Math.max(1, alive.size());
        int rank = rank(route, keepers.getOrDefault(shard, self));
        int share = limit / workers + (rank < limit % workers ? 1 : 0);
        return settled || (workers == 1 && informed) ? share : Math.min(1, share);
    }

    private int rank(Route route, String keeper) {
        if (self.equals(keeper)) {
            return 0;
        }
        List<String> others =
                alive.stream().filter(worker -> !worker.equals(keeper)).toList();
        int position = Math.max(0, others.indexOf(self));
        return 1 + Math.floorMod(position + route.toString().hashCode(), Math.max(1, others.size()));
    }
}
