package io.backupmx.worker.notice;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backupmx.spool.SharedTable;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been told, by whichever worker, in this life or another: in a table that all share, so that no restart and no other
 * keeper tells it twice. Each entry is written by one worker at a time, who keeps the routes that it is about. Safe from any
 * thread.
 */
final class NoticeMemory implements SharedTable.Listener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NoticeMemory.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, ToldRoute>> ROUTES = new TypeReference<>() {};
    private static final TypeReference<Map<String, Long>> TIMES = new TypeReference<>() {};
    private static final String TOLD = "told.";
    private static final String STOPPED = "stopped.";
    private static final String SPOOL = "spool";

    private final SharedTable table;
    private final Map<String, byte[]> values = new HashMap<>();
    private boolean ready;

    /** @param table not started; closed with this */
    NoticeMemory(SharedTable table) {
        this.table = table;
    }

    void start() {
        table.start(this);
    }

    /** Whether it is known what has been told. */
    synchronized boolean isReady() {
        return ready;
    }

    /** What has been told of a shard's routes, by their names. */
    Map<String, ToldRoute> told(int shard) {
        return read(TOLD + shard, ROUTES);
    }

    void told(int shard, Map<String, ToldRoute> routes) {
        write(TOLD + shard, routes);
    }

    /** Of a shard's routes those whose mail no longer expires, and when that was said, in ms since the epoch. */
    Map<String, Long> stopped(int shard) {
        return read(STOPPED + shard, TIMES);
    }

    void stopped(int shard, Map<String, Long> routes) {
        write(STOPPED + shard, routes);
    }

    /** When a notice of a kind that is about no route was last told. */
    Optional<Instant> spool(NoticeKind kind) {
        return Optional.ofNullable(read(SPOOL, TIMES).get(kind.label())).map(Instant::ofEpochMilli);
    }

    void spool(NoticeKind kind, Instant at) {
        Map<String, Long> times = new HashMap<>(read(SPOOL, TIMES));
        times.put(kind.label(), at.toEpochMilli());
        write(SPOOL, times);
    }

    private <T> Map<String, T> read(String key, TypeReference<Map<String, T>> type) {
        byte[] value;
        synchronized (this) {
            value = values.get(key);
        }
        if (value == null) {
            return Map.of();
        }
        try {
            return JSON.readValue(value, type);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).addKeyValue("key", key).log("not understood, of a newer version");
            return Map.of();
        }
    }

    /** Holds for this worker at once; the others hear of it, unless the broker is away, which a notice twice is the worst of. */
    private void write(String key, Map<String, ?> content) {
        byte[] value;
        try {
            value = JSON.writeValueAsBytes(content);
        } catch (JacksonException e) {
            throw new IllegalStateException("a map that is no JSON", e);
        }
        synchronized (this) {
            values.put(key, value);
        }
        if (value.length <= SharedTable.MAX_VALUE_BYTES) {
            var _ = table.put(key, value).whenComplete((_, failure) -> {
                if (failure != null) {
                    LOG.atDebug().setCause(failure).addKeyValue("key", key).log("not remembered by all");
                }
            });
        }
    }

    @Override
    public void connected() {}

    @Override
    public synchronized void heard(String key, byte[] value) {
        values.put(key, value);
    }

    @Override
    public synchronized void complete() {
        ready = true;
    }

    @Override
    public synchronized void disconnected() {
        ready = false;
    }

    @Override
    public void close() {
        table.close();
    }
}
