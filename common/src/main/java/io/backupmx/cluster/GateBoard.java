package io.backupmx.cluster;

import io.backupmx.spool.SharedTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Where a keeper writes for the ingresses which routes are not up: at once when it is others than before, and all the same
 * every few seconds, for what is not repeated is not believed ({@link GatesHeard}). Safe from any thread.
 */
public final class GateBoard implements AutoCloseable {

    static final Duration AGAIN = Duration.ofSeconds(3);

    private final SharedTable table;
    private final LongSupplier nanoTime;
    private final Map<Integer, Told> told = new HashMap<>();
    private boolean started;

    private record Told(GateNews news, long atNanos) {}

    /** @param table not started; closed with this */
    public GateBoard(SharedTable table) {
        this(table, System::nanoTime);
    }

    GateBoard(SharedTable table, LongSupplier nanoTime) {
        this.table = table;
        this.nanoTime = nanoTime;
    }

    /**
     * To be called whenever it may be others than before, and once a second. Never blocks.
     *
     * @param shut names of the shard's routes that are not up, and what is {@link #ramping} of them
     */
    public synchronized void tell(int shard, int shards, long epoch, Set<String> shut) {
        if (!started) {
            started = true;
            table.start(new Deaf());
        }
        GateNews news = new GateNews(shard, shards, epoch, shut);
        long now = nanoTime.getAsLong();
        Told last = told.get(shard);
        if (last == null || !last.news().equals(news) || now - last.atNanos() >= AGAIN.toNanos()) {
            told.put(shard, new Told(news, now));
            var _ = table.put(news.key(), news.toBytes(SharedTable.MAX_VALUE_BYTES))
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            failed(news);
                        }
                    });
        }
    }

    /** What is said, beside its name, of a route that is not up and takes mail all the same. */
    public static String ramping(String route) {
        return GateNews.ramping(route);
    }

    /** It is said again the next time. */
    private synchronized void failed(GateNews news) {
        told.computeIfPresent(news.shard(), (_, last) -> last.news().equals(news) ? null : last);
    }

    @Override
    public void close() {
        table.close();
    }

    /** What others say is for the ingresses. */
    private static final class Deaf implements SharedTable.Listener {
        @Override
        public void connected() {}

        @Override
        public void heard(String key, byte[] value) {}

        @Override
        public void complete() {}

        @Override
        public void disconnected() {}
    }
}
