package io.backupmx.spool.artemis;

import io.backupmx.cluster.ClusterBus;
import java.util.concurrent.CountDownLatch;

/** A worker that is stuck in the first value or message it is told, until it may go on. */
record StuckMember(ClusterBus.Member told, CountDownLatch stuck, CountDownLatch go) implements ClusterBus.Member {

    private void stop() {
        stuck.countDown();
        try {
            go.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void connected() {
        told.connected();
    }

    @Override
    public void disconnected() {
        told.disconnected();
    }

    @Override
    public void heard(String from, String message) {
        stop();
        told.heard(from, message);
    }

    @Override
    public void published(String key, String value) {
        stop();
        told.published(key, value);
    }

    @Override
    public void acquired(int lock, long epoch) {
        told.acquired(lock, epoch);
    }

    @Override
    public void lost(int lock) {
        told.lost(lock);
    }
}
