package io.backupmx.worker.notice;

import io.backupmx.spool.SharedTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Tables with the same content, in memory; what is put is heard by all before {@code put} returns. */
final class SharedMemory {

    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private final List<Part> parts = new CopyOnWriteArrayList<>();

    SharedTable part() {
        return new Part();
    }

    private final class Part implements SharedTable {
        private @Nullable Listener listener;

        @Override
        public void start(Listener hears) {
            synchronized (SharedMemory.this) {
                listener = hears;
                parts.add(this);
                hears.connected();
                values.forEach(hears::heard);
                hears.complete();
            }
        }

        private void hear(String key, byte[] value) {
            if (listener != null) {
                listener.heard(key, value);
            }
        }

        @Override
        public CompletionStage<Void> put(String key, byte[] value) {
            synchronized (SharedMemory.this) {
                values.put(key, value);
                parts.forEach(part -> part.hear(key, value));
                return CompletableFuture.completedFuture(null);
            }
        }

        @Override
        public void close() {
            parts.remove(this);
        }
    }
}
