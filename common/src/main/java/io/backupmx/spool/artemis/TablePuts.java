package io.backupmx.spool.artemis;

import io.backupmx.spool.SpoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Values on their way to the broker over one connection, bounded: those that wait, the newest of each key, and the group
 * that is being written. Nobody is told anything under the lock.
 */
final class TablePuts {

    static final int MAX_WAITING = 8192;
    static final long MAX_BYTES = 32 << 20;

    private static final int GROUP = 64;
    private static final long GROUP_BYTES = 2 << 20;

    private final long timeoutNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, TablePut> waiting = new LinkedHashMap<>();
    private List<TablePut> group = List.of();
    private int waiters;
    private long bytes;
    private @Nullable SpoolException ended;

    TablePuts(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    /** From any thread; never waits. */
    CompletionStage<Void> put(String key, byte[] value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        SpoolException refusal;
        lock.lock();
        try {
            refusal = add(key, value, done);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (refusal != null) {
            done.completeExceptionally(refusal);
        }
        return done.minimalCompletionStage();
    }

    private @Nullable SpoolException add(String key, byte[] value, CompletableFuture<Void> done) {
        if (ended != null) {
            return ended;
        }
        TablePut former = waiting.get(key);
        long more = (long) value.length - (former == null ? 0 : former.value().length);
        if (waiters >= MAX_WAITING || bytes + more > MAX_BYTES) {
            return new SpoolException(SpoolException.Kind.FULL, "too many values wait for the broker");
        }
        waiters++;
        bytes += more;
        TablePut put = former;
        if (put == null) {
            put = new TablePut(key, value);
            waiting.put(key, put);
        } else {
            put.replace(value);
        }
        put.add(done, System.nanoTime() + timeoutNanos);
        return null;
    }

    /** What is to be written next, in one go, when there is something. {@link #written} has to follow. */
    List<TablePut> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                changed.await();
            }
            List<TablePut> taken = new ArrayList<>();
            long size = 0;
            for (Iterator<TablePut> next = waiting.values().iterator(); next.hasNext(); ) {
                TablePut put = next.next();
                size += put.value().length;
                if (!taken.isEmpty() && (size > GROUP_BYTES || taken.size() >= GROUP)) {
                    break;
                }
                taken.add(put);
                next.remove();
            }
            group = taken;
            return List.copyOf(taken);
        } finally {
            lock.unlock();
        }
    }

    /** What was taken is on the broker's disk. */
    void written() {
        List<TablePut> done;
        lock.lock();
        try {
            done = group;
            group = List.of();
            for (TablePut put : done) {
                waiters -= put.waiting();
                bytes -= put.value().length;
            }
        } finally {
            lock.unlock();
        }
        done.forEach(TablePut::succeed);
    }

    /** Fails those who have waited for too long; what nobody waits for any more is not written, unless it is already. */
    void failOverdue() {
        List<CompletableFuture<Void>> overdue = new ArrayList<>();
        long now = System.nanoTime();
        lock.lock();
        try {
            group.forEach(put -> collect(put, now, overdue));
            for (Iterator<TablePut> next = waiting.values().iterator(); next.hasNext(); ) {
                TablePut put = next.next();
                collect(put, now, overdue);
                if (put.waiting() == 0) {
                    bytes -= put.value().length;
                    next.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        SpoolException why = Failures.unavailable("the broker did not store the value in time");
        overdue.forEach(done -> done.completeExceptionally(why));
    }

    private void collect(TablePut put, long now, List<CompletableFuture<Void>> overdue) {
        for (var done = put.overdue(now); done.isPresent(); done = put.overdue(now)) {
            waiters--;
            overdue.add(done.get());
        }
    }

    /** Fails all there are and all to come. Once. */
    void end(SpoolException why) {
        List<TablePut> unwritten = new ArrayList<>();
        lock.lock();
        try {
            if (ended == null) {
                ended = why;
                unwritten.addAll(group);
                unwritten.addAll(waiting.values());
                group = List.of();
                waiting.clear();
                bytes = 0;
                waiters = 0;
            }
        } finally {
            lock.unlock();
        }
        unwritten.forEach(put -> put.fail(why));
    }
}
