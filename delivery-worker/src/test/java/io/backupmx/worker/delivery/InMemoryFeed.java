package io.backupmx.worker.delivery;

import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Mail of one queue of an {@link InMemorySpool}, for one taker. */
final class InMemoryFeed implements SpoolReader.Feed {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final InMemoryQueues queues;
    private final Lane lane;
    private final Supplier<Deque<StoredMail>> queue;
    private final SpoolReader.Taker taker;
    private boolean over;

    InMemoryFeed(InMemoryQueues queues, Lane lane, Supplier<Deque<StoredMail>> queue, SpoolReader.Taker taker) {
        this.queues = queues;
        this.lane = lane;
        this.queue = queue;
        this.taker = taker;
    }

    @Override
    public void wake() {
        queues.lock.lock();
        try {
            queues.changed.signalAll();
        } finally {
            queues.lock.unlock();
        }
    }

    void run() {
        while (true) {
            boolean wanted = taker.wantsMail();
            StoredMail mail;
            queues.lock.lock();
            try {
                mail = wanted ? queue.get().pollFirst() : null;
                if (over || queues.closed) {
                    if (mail != null) {
                        queue.get().addFirst(mail);
                    }
                    mail = null;
                }
                if (mail != null) {
                    queues.taken++;
                }
            } finally {
                queues.lock.unlock();
            }
            if (mail != null) {
                taker.accept(new InMemoryTaken(queues, mail, lane, queue));
                continue;
            }
            if (wanted) {
                taker.none();
            }
            if (pause()) {
                return;
            }
        }
    }

    private boolean pause() {
        queues.lock.lock();
        try {
            long left = POLL_NANOS;
            while (left > 0 && !over && !queues.closed) {
                left = queues.changed.awaitNanos(left);
            }
            return over || queues.closed;
        } catch (InterruptedException e) {
            return true;
        } finally {
            queues.lock.unlock();
        }
    }

    @Override
    public void close(Duration grace) {
        queues.lock.lock();
        try {
            over = true;
        } finally {
            queues.lock.unlock();
        }
    }
}
