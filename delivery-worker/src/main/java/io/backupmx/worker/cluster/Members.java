package io.backupmx.worker.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The workers that let themselves be heard. A worker says once a second that it is there and which shards it keeps; one that
 * has been silent for {@link #GONE} is gone, a keeper that has been for {@link #STALE} no longer speaks for its shards.
 * Times are of this machine's steady clock, in ns. For one thread at a time, but {@link #silence} for any.
 */
final class Members {

    /** Between two signs of life. */
    static final Duration SIGN = Duration.ofSeconds(1);

    static final Duration GONE = Duration.ofSeconds(4);
    static final Duration STALE = Duration.ofSeconds(10);

    /** A newcomer has its share only when the others have had the time to hear of it and make room. */
    static final Duration SETTLING = Duration.ofSeconds(3);

    /** Nobody has said anything else for that long: then all workers read the same configuration. */
    static final Duration AGREEING = Duration.ofSeconds(3);

    /** All values that were published have come by then, and the others have said that they are there, for they were asked. */
    static final Duration INFORMING = Duration.ofSeconds(1);

    /** @param shards those it keeps, with their epochs */
    private record Seen(long atNanos, Map<Integer, Long> shards) {}

    /** Who was heard last of a shard's keepers, by epoch. */
    private record Kept(String by, long epoch, long atNanos) {}

    private final String self;
    private final Map<String, Seen> seen = new HashMap<>();
    private final Map<Integer, Kept> kept = new HashMap<>();
    private final Map<String, String> waysOf = new HashMap<>();
    private String ways = "";
    private long differedNanos;
    private long firstEchoNanos;
    private volatile long echoSaidNanos;
    private volatile boolean echoed;

    Members(String self) {
        this.self = self;
    }

    void heard(String worker, Map<Integer, Long> shards, long now) {
        seen.put(worker, new Seen(now, Map.copyOf(shards)));
        shards.forEach((shard, epoch) -> kept.merge(
                shard,
                new Kept(worker, epoch, now),
                (before, after) -> after.epoch() >= before.epoch() ? after : before));
    }

    /**
     * What the tables of {@code worker} say of where mail goes, as a fingerprint; empty: its version knows nothing of this. To be
     * said whenever it was {@link #heard}.
     */
    void heardWays(String worker, String theirs, long now) {
        waysOf.put(worker, theirs);
        if (!theirs.equals(ways)) {
            differedNanos = now;
        }
    }

    /** The same of this worker, from now on. */
    void ways(String mine, long now) {
        if (!mine.equals(ways)) {
            ways = mine;
            differedNanos = now;
        }
    }

    /** Whether all workers have said for a while that mail goes where this one's tables have it go. */
    boolean agree(long now) {
        return !ways.isEmpty()
                && echoed
                && now - firstEchoNanos >= SETTLING.toNanos()
                && silence(now).compareTo(AGREEING) < 0 // else what was heard may be of long ago
                && !differ()
                && now - differedNanos >= AGREEING.toNanos();
    }

    /** Whether somebody else says anything different. */
    boolean differ() {
        return waysOf.entrySet().stream()
                .anyMatch(other ->
                        !other.getKey().equals(self) && !other.getValue().equals(ways));
    }

    /** This worker's own word has come back by way of the broker. */
    void echo(long saidNanos, long now) {
        if (!echoed) {
            firstEchoNanos = now;
        }
        echoSaidNanos = saidNanos;
        echoed = true;
    }

    /** {@code worker} has taken leave. */
    void left(String worker) {
        seen.remove(worker);
        waysOf.remove(worker);
        // What it published stays as fresh as it was: its shards go to others in a moment.
        kept.replaceAll((_, keeper) ->
                keeper.by().equals(worker) ? new Kept(Roster.NOBODY, keeper.epoch(), keeper.atNanos()) : keeper);
    }

    /** Nothing has been heard since: what was known is no longer. */
    void disconnected() {
        seen.clear();
        kept.clear();
        waysOf.clear();
        echoed = false;
    }

    /**
     * How long ago this worker said what has come back last by way of the broker. Not since that was heard: a worker that was
     * frozen hears first what had come for it before, and is another's already.
     */
    Duration silence(long now) {
        return echoed ? Duration.ofNanos(now - echoSaidNanos) : STALE;
    }

    Roster roster(long now) {
        seen.values().removeIf(one -> now - one.atNanos() > GONE.toNanos());
        waysOf.keySet().retainAll(seen.keySet());
        kept.values().removeIf(one -> now - one.atNanos() > STALE.toNanos());
        Map<Integer, String> keepers = new HashMap<>();
        kept.forEach((shard, keeper) -> keepers.put(shard, keeper.by()));
        List<String> alive = java.util.stream.Stream.concat(seen.keySet().stream(), java.util.stream.Stream.of(self))
                .distinct()
                .sorted()
                .toList();
        long there = echoed ? now - firstEchoNanos : -1;
        return new Roster(self, alive, keepers, there >= INFORMING.toNanos(), there >= SETTLING.toNanos());
    }
}
