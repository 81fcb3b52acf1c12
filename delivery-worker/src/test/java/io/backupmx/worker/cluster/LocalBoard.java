package io.backupmx.worker.cluster;

import io.backupmx.cluster.GateBoard;
import io.backupmx.spool.SharedTable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A table of one JVM: all that is put is heard at once, and nothing is kept for those who come later. */
public final class LocalBoard implements SharedTable {

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** One that nobody reads. */
    public static GateBoard unread() {
        return new GateBoard(new LocalBoard());
    }

    @Override
    public void start(Listener listener) {
        listener.connected();
        listener.complete();
        listeners.add(listener);
    }

    @Override
    public CompletionStage<Void> put(String key, byte[] value) {
        listeners.forEach(listener -> listener.heard(key, value));
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void close() {}
}
