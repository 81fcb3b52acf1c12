package io.backupmx.ingress.primary;

import io.backupmx.spool.SharedTable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A table in memory, for one who opens it after the other. */
final class LoopbackTable {

    private final Map<String, byte[]> values = new ConcurrentHashMap<>();

    SharedTable opened() {
        return new SharedTable() {
            @Override
            public void start(Listener listener) {
                listener.connected();
                values.forEach(listener::heard);
                listener.complete();
            }

            @Override
            public CompletionStage<Void> put(String key, byte[] value) {
                values.put(key, value);
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void close() {}
        };
    }
}
