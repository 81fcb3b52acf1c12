package io.backupmx.cluster;

import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** All that is put is heard at once, by those who come later, too. */
final class ListeningTable implements SharedTable {
    final List<Listener> listeners = new ArrayList<>();
    final Map<String, byte[]> values = new LinkedHashMap<>();
    int puts;
    boolean away;

    @Override
    public void start(Listener listener) {
        listeners.add(listener);
        if (!away) {
            connect(listener);
        }
    }

    private void connect(Listener listener) {
        listener.connected();
        List.copyOf(values.entrySet()).forEach(entry -> listener.heard(entry.getKey(), entry.getValue()));
        listener.complete();
    }

    /** The broker is there from now on. */
    void comes() {
        away = false;
        List.copyOf(listeners).forEach(this::connect);
    }

    @Override
    public CompletionStage<Void> put(String key, byte[] value) {
        if (away) {
            return CompletableFuture.failedStage(
                    new SpoolException(SpoolException.Kind.UNAVAILABLE, "as the test says"));
        }
        puts++;
        values.put(key, value);
        listeners.forEach(listener -> listener.heard(key, value));
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void close() {}
}
