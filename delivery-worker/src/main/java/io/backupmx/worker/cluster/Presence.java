package io.backupmx.worker.cluster;

import io.backupmx.cluster.ClusterBus;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** That this worker lets itself be heard, and whom it hears. Safe from any thread. */
final class Presence {

    /** Half of what a silent worker's connection lives: before its mail is another's, it has stopped. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private final ClusterBus bus;
    private final Map<Integer, Long> held;
    private final Runnable onChange;
    private final Members members;
    private volatile Roster roster;
    private volatile String ways = "";

    /**
     * @param held the shards kept, with their epochs
     * @param onChange told when another roster holds; must not block
     */
    Presence(ClusterBus bus, Map<Integer, Long> held, Runnable onChange) {
        this.bus = bus;
        this.held = held;
        this.onChange = onChange;
        this.members = new Members(bus.self());
        this.roster = Roster.alone(bus.self());
    }

    Roster roster() {
        return roster;
    }

    /**
     * Whether mail in hand is still ours beyond doubt. After a silence of half the time in which the broker gives up a
     * worker, it may be about to be handed to another.
     */
    boolean isSure() {
        return members.silence(System.nanoTime()).compareTo(LEASE) < 0;
    }

    /** What this worker's tables say of where mail goes, as a fingerprint; the others hear it within a second. */
    void ways(String fingerprint) {
        ways = fingerprint;
        synchronized (members) {
            members.ways(fingerprint, System.nanoTime());
        }
    }

    /** Whether all workers have said for a while that mail goes where this one's tables have it go. */
    boolean agree() {
        synchronized (members) {
            return members.agree(System.nanoTime());
        }
    }

    /** Whether another worker says of late that mail goes elsewhere. */
    boolean differ() {
        synchronized (members) {
            return members.differ();
        }
    }

    /** To be given once a second, and whenever others should not have to wait for that. */
    void signOfLife() {
        bus.broadcast(here(!roster.informed()));
    }

    void heard(String from, JsonObject here) {
        long now = System.nanoTime();
        synchronized (members) {
            members.heard(from, shardsIn(here), now);
            members.heardWays(from, here.getString("ways", ""), now);
            if (from.equals(bus.self())) {
                members.echo(here.getLong("said"), now);
            }
        }
        renew();
        if (here.getBoolean("asks", false) && !from.equals(bus.self())) {
            bus.send(from, here(false)); // an answer asks nothing: two newcomers would never stop
        }
    }

    void left(String worker) {
        synchronized (members) {
            members.left(worker);
        }
        renew();
    }

    void disconnected() {
        synchronized (members) {
            members.disconnected();
        }
        renew();
    }

    /** Time has passed: whoever was not heard for too long is gone. */
    void renew() {
        Roster before = roster;
        Roster now;
        synchronized (members) {
            now = members.roster(System.nanoTime());
        }
        roster = now;
        if (!now.equals(before)) {
            onChange.run();
        }
    }

    private String here(boolean asks) {
        JsonObject epochs = new JsonObject();
        held.forEach((shard, epoch) -> epochs.put(Integer.toString(shard), epoch));
        return new JsonObject()
                .put("type", "here")
                .put("shards", epochs)
                .put("ways", ways)
                .put("said", System.nanoTime())
                .put("asks", asks)
                .encode();
    }

    private static Map<Integer, Long> shardsIn(JsonObject message) {
        Map<Integer, Long> epochs = new HashMap<>();
        JsonObject json = message.getJsonObject("shards");
        json.fieldNames().forEach(shard -> epochs.put(Integer.parseInt(shard), json.getLong(shard)));
        return epochs;
    }
}
