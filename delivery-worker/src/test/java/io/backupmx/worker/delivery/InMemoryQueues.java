package io.backupmx.worker.delivery;

import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Where the mail of an {@link InMemorySpool} rests, and what tests have made of that. All of it is under {@link #lock}. */
final class InMemoryQueues {

    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    final Map<SpoolQueue.ForRoute, Deque<StoredMail>> routes = new HashMap<>();
    final Map<ReportKind, Deque<StoredMail>> reports = new EnumMap<>(ReportKind.class);
    final Map<Duration, List<StoredMail>> deferred = new LinkedHashMap<>();
    final List<StoredMail> failed = new ArrayList<>();
    final List<Runnable> heldBack = new ArrayList<>();

    /** Whether nobody is told what there is. */
    boolean unavailable;

    /** Mails in takers' hands. */
    int taken;

    int givenBack;

    /** Of retry queues, not closed yet. */
    int feeds;

    /** Whether mail that is given back is kept in {@link #heldBack}. */
    boolean holdsGiveBacks;

    /** Whether what is to be replaced is put back instead. */
    boolean refusesSettlements;

    /** Whether what is taken may be somebody else's. */
    boolean lost;

    boolean closed;

    <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    void store(StoredMail mail, Lane lane) {
        lock.lock();
        try {
            queue(mail.route(), lane).addLast(mail);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Deque<StoredMail> queue(Route route, Lane lane) {
        return queue(new SpoolQueue.ForRoute(route, lane));
    }

    Deque<StoredMail> queue(SpoolQueue.ForRoute queue) {
        return routes.computeIfAbsent(queue, _ -> new ArrayDeque<>());
    }

    Deque<StoredMail> reports(ReportKind kind) {
        return reports.computeIfAbsent(kind, _ -> new ArrayDeque<>());
    }

    List<StoredMail> deferred(Duration delay) {
        return deferred.computeIfAbsent(delay, _ -> new ArrayList<>());
    }
}
