package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * What a keeper publishes of a route's gate.
 *
 * @param shard whose lock the keeper has: another configuration may have put the route elsewhere
 * @param epoch the keeper's; of two published facts of one shard that of the later keeper counts
 * @param limit connections of all workers together
 * @param probation whether refusals are not believed yet
 * @param next when something is tried next, where that is worth knowing
 */
record Facts(
        Route route,
        int shard,
        long epoch,
        RouteStatus.State state,
        Instant since,
        String reason,
        int limit,
        boolean probation,
        Optional<Instant> next) {

    String toJson() {
        JsonObject json = new JsonObject()
                .put("route", route.toString())
                .put("shard", shard)
                .put("epoch", epoch)
                .put("state", state.name())
                .put("since", since.toEpochMilli())
                .put("reason", reason)
                .put("limit", limit)
                .put("probation", probation);
        next.ifPresent(at -> json.put("next", at.toEpochMilli()));
        return json.encode();
    }

    /** Empty for what another version wrote. */
    static Optional<Facts> parse(String text) {
        try {
            JsonObject json = new JsonObject(text);
            return Optional.of(new Facts(
                    Route.of(json.getString("route")),
                    json.getInteger("shard"),
                    json.getLong("epoch"),
                    RouteStatus.State.valueOf(json.getString("state")),
                    Instant.ofEpochMilli(json.getLong("since")),
                    json.getString("reason"),
                    json.getInteger("limit"),
                    json.getBoolean("probation"),
                    Optional.ofNullable(json.getLong("next")).map(Instant::ofEpochMilli)));
        } catch (DecodeException | IllegalArgumentException | NullPointerException | ClassCastException e) {
            return Optional.empty();
        }
    }

    RouteStatus status(int connections) {
        return new RouteStatus(route, state, since, reason, limit, connections, probation, next);
    }
}
