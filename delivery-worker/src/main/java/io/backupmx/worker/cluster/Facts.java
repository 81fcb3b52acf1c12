package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
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
 * @param pace about how often it is tried; zero where {@code next} is all there is to know
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
        Optional<Instant> next,
        Duration pace) {

    Facts(
            Route route,
            int shard,
            long epoch,
            RouteStatus.State state,
            Instant since,
            String reason,
            int limit,
            boolean probation,
            Optional<Instant> next) {
        this(route, shard, epoch, state, since, reason, limit, probation, next, Duration.ZERO);
    }

    /**
     * Whether who knows {@code known} need not be told: that one more probe was in vain, and when the next follows, can be
     * told from the pace. Of thousands that are down, each probe would be a write to the disk.
     */
    boolean followsFrom(Facts known) {
        return equals(known)
                || (next.isPresent()
                        && known.next.isPresent()
                        && isLike(pace, known.pace)
                        && equals(known.with(next, pace)));
    }

    private static boolean isLike(Duration pace, Duration known) {
        return known.isPositive()
                && pace.isPositive()
                && pace.minus(known).abs().compareTo(known.dividedBy(2)) <= 0;
    }

    private Facts with(Optional<Instant> otherNext, Duration otherPace) {
        return new Facts(route, shard, epoch, state, since, reason, limit, probation, otherNext, otherPace);
    }

    /** As it must be by now, where nobody has said more: what was to be tried has been tried since. */
    Facts asOf(Instant now) {
        return pace.isPositive() && next.isPresent() && next.get().isBefore(now)
                ? with(
                        next.map(at -> at.plus(
                                pace.multipliedBy(Duration.between(at, now).dividedBy(pace) + 1))),
                        pace)
                : this;
    }

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
        if (pace.isPositive()) {
            json.put("pace", pace.toMillis());
        }
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
                    Optional.ofNullable(json.getLong("next")).map(Instant::ofEpochMilli),
                    Duration.ofMillis(json.getLong("pace", 0L))));
        } catch (DecodeException | IllegalArgumentException | NullPointerException | ClassCastException e) {
            return Optional.empty();
        }
    }

    RouteStatus status(int connections) {
        return new RouteStatus(route, state, since, reason, limit, connections, probation, next);
    }
}
