package io.backupmx.spool.artemis;

import io.backupmx.cluster.ClusterBus.Member;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the member, on one thread, one thing at a time. Locks and connections come first and are never dropped; there are
 * few, as the bus does not connect again before the last end was told. Values wait in the broker while the member is busy,
 * which keeps only the last of each; talk beyond the bound is dropped.
 */
final class ClusterDispatch {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterDispatch.class);
    private static final int MAX_VALUES = 1024;
    private static final int MAX_TALK = 4096;
    private static final long MAX_TALK_CHARS = 16 << 20;

    private final Member member;
    private final RareWarning dropped =
            new RareWarning(LOG, "the worker does not keep up with what others say: messages dropped");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Consumer<Member>> events = new ArrayDeque<>();
    private final Queue<Told> told = new ArrayDeque<>();
    private final Thread thread;
    private int values;
    private int talk;
    private long talkChars;
    private int connection;
    private boolean busy;
    private boolean closed;

    /** @param talkChars 0 for a value */
    private record Told(boolean isTalk, int talkChars, Consumer<Member> telling) {}

    ClusterDispatch(Member member) {
        this.member = member;
        this.thread = Thread.ofVirtual().name("cluster-dispatch").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    /** Never waits. */
    void event(Consumer<Member> telling) {
        lock.lock();
        try {
            events.add(telling);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The number of the connection whose talk and values are told from now on; those of others are not. */
    int nextConnection() {
        lock.lock();
        try {
            told.clear();
            values = 0;
            talk = 0;
            talkChars = 0;
            connection++;
            changed.signalAll();
            return connection;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the member to keep up. */
    void value(int ofConnection, String key, String value) {
        lock.lock();
        try {
            while (values >= MAX_VALUES && ofConnection == connection && !closed) {
                changed.awaitUninterruptibly();
            }
            if (ofConnection == connection && !closed) {
                values++;
                told.add(new Told(false, 0, m -> m.published(key, value)));
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Never waits. */
    void heard(int ofConnection, String from, String message) {
        lock.lock();
        try {
            if (ofConnection != connection || closed) {
                return;
            }
            if (talk >= MAX_TALK || talkChars >= MAX_TALK_CHARS) {
                dropped.count();
                return;
            }
            talk++;
            talkChars += message.length();
            told.add(new Told(true, message.length(), m -> m.heard(from, message)));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all events so far have been told. */
    void awaitEventsTold() throws InterruptedException {
        lock.lock();
        try {
            while ((busy || !events.isEmpty()) && !closed) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells no talk and no values any more, and waits {@code millis} at most for the events that are left to be told. */
    void close(long millis) {
        long left = TimeUnit.MILLISECONDS.toNanos(isOwnThread() ? 0 : millis);
        lock.lock();
        try {
            told.clear();
            while ((busy || !events.isEmpty()) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed = true;
            changed.signalAll();
            lock.unlock();
        }
    }

    private void run() {
        for (Consumer<Member> next = next(); next != null; next = next()) {
            try {
                next.accept(member);
            } catch (RuntimeException | Error e) {
                LOG.atError().setCause(e).log("what the cluster told was not taken in");
            }
        }
    }

    private @Nullable Consumer<Member> next() {
        lock.lock();
        try {
            busy = false;
            changed.signalAll();
            while (events.isEmpty() && told.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            // Closed by the member itself, from this thread: what it has lost is still told.
            Consumer<Member> event = events.poll();
            if (event != null) {
                busy = true;
                return event;
            }
            return closed ? null : nextTold();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Consumer<Member> nextTold() {
        Told next = told.remove();
        if (next.isTalk()) {
            talk--;
            talkChars -= next.talkChars();
        } else {
            values--;
        }
        busy = true;
        return next.telling();
    }
}
