package io.backupmx.cluster;

import io.backupmx.route.Route;
import io.backupmx.spool.SharedTable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Which routes are up, and which are not, as their keepers say. In doubt nothing is said of either: before every shard's keeper was heard, ten seconds after one
 * was heard last, while the broker is away. What was written before this process listened is of unknown age and counts for
 * nothing; it is repeated every three seconds. Safe from any thread.
 */
public final class GatesHeard implements SharedTable.Listener, AutoCloseable {

    static final Duration STALE = Duration.ofSeconds(10);

    private final SharedTable table;
    private final LongSupplier nanoTime;
    private final AtomicBoolean started = new AtomicBoolean();
    private final Map<Integer, Heard> shards = new ConcurrentHashMap<>();
    private volatile boolean listening;

    private record Heard(GateNews news, long atNanos) {}

    /** @param table not started; closed with this */
    public GatesHeard(SharedTable table) {
        this(table, System::nanoTime);
    }

    GatesHeard(SharedTable table, LongSupplier nanoTime) {
        this.table = table;
        this.nanoTime = nanoTime;
    }

    /** Begins to listen. */
    public void start() {
        if (!started.getAndSet(true)) {
            table.start(this);
        }
    }

    /**
     * Whether its keeper has said of late that {@code route} takes no mail, neither as one that is up nor as one that is back and
     * proves itself; in doubt it has not. Never blocks.
     */
    public boolean isShut(Route route) {
        String name = route.toString();
        long now = nanoTime.getAsLong();
        return shards.values().stream()
                .anyMatch(heard -> isFresh(heard, now) && heard.news().takesNothing(name));
    }

    private static boolean isFresh(Heard heard, long now) {
        return now - heard.atNanos() < STALE.toNanos();
    }

    /** Whether {@code route} is up beyond doubt. Never blocks. */
    public boolean isUp(Route route) {
        String name = route.toString();
        long now = nanoTime.getAsLong();
        int fresh = 0;
        int all = Integer.MAX_VALUE;
        for (Heard heard : shards.values()) {
            if (isFresh(heard, now)) {
                fresh++;
                all = heard.news().shards();
                if (heard.news().isShut(name)) {
                    return false; // be it in a shard where another configuration has it
                }
            }
        }
        return fresh >= all;
    }

    @Override
    public void connected() {
        forget();
    }

    @Override
    public void heard(String key, byte[] value) {
        if (listening) {
            long now = nanoTime.getAsLong();
            GateNews.parse(value)
                    .ifPresent(news -> shards.merge(
                            news.shard(),
                            new Heard(news, now),
                            (before, after) ->
                                    after.news().epoch() >= before.news().epoch() ? after : before));
        }
    }

    @Override
    public void complete() {
        listening = true;
    }

    @Override
    public void disconnected() {
        forget();
    }

    private void forget() {
        listening = false;
        shards.clear();
    }

    @Override
    public void close() {
        table.close();
    }
}
