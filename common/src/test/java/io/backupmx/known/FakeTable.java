package io.backupmx.known;

import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What several tables have in common, in memory. All that is said is heard before {@code put} returns. */
final class FakeTable {

    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private final CopyOnWriteArrayList<Part> parts = new CopyOnWriteArrayList<>();
    private boolean away;
    private int puts;

    SharedTable part() {
        return new Part();
    }

    /** How often anything was said. */
    synchronized int puts() {
        return puts;
    }

    synchronized int size() {
        return values.size();
    }

    /** The broker goes: nobody hears, and what is put fails. */
    synchronized void leave() {
        away = true;
        parts.forEach(part -> part.listener().disconnected());
    }

    /** @param keepsAll or it comes without anything */
    synchronized void comeBack(boolean keepsAll) {
        away = false;
        if (!keepsAll) {
            values.clear();
        }
        parts.forEach(Part::greet);
    }

    private final class Part implements SharedTable {
        private @Nullable Listener listener;

        private Listener listener() {
            if (listener == null) {
                throw new IllegalStateException("not started");
            }
            return listener;
        }

        private void greet() {
            listener().connected();
            Map.copyOf(values).forEach(listener()::heard);
            listener().complete();
        }

        @Override
        public void start(Listener hears) {
            synchronized (FakeTable.this) {
                listener = hears;
                parts.add(this);
                if (!away) {
                    greet();
                }
            }
        }

        @Override
        public CompletionStage<Void> put(String key, byte[] value) {
            synchronized (FakeTable.this) {
                if (away) {
                    return CompletableFuture.failedFuture(
                            new SpoolException(SpoolException.Kind.UNAVAILABLE, "no broker"));
                }
                puts++;
                values.put(key, value);
                parts.forEach(part -> part.listener().heard(key, value));
                return CompletableFuture.completedFuture(null);
            }
        }

        @Override
        public void close() {
            parts.remove(this);
        }
    }
}
