package io.backupmx.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** What a {@link ScriptedPrimary} has seen since it was made, over all its starts; for any number of threads. */
final class PrimaryRecord {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<ReceivedMail> mails = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int accepted;
    private int connections;
    private int open;
    private int mostOpen;
    private int ehlos;
    private int helos;
    private int transactions;

    int connected() {
        return changing(() -> {
            open++;
            mostOpen = Math.max(mostOpen, open);
            return ++connections;
        });
    }

    void disconnected() {
        changing(() -> --open);
    }

    void ehlo() {
        changing(() -> ++ehlos);
    }

    void helo() {
        changing(() -> ++helos);
    }

    /** A MAIL command has come; its number. */
    int transaction() {
        return changing(() -> ++transactions);
    }

    void mail(ReceivedMail mail) {
        changing(() -> {
            mails.add(mail);
            return mail.accepted() ? ++accepted : accepted;
        });
    }

    void violation(int connection, String what) {
        changing(() -> {
            violations.add("connection " + connection + ": " + what);
            return violations.size();
        });
    }

    /** Forgets mails and violations; the numbers go on. */
    void forget() {
        changing(() -> {
            mails.clear();
            violations.clear();
            accepted = 0;
            return 0;
        });
    }

    List<ReceivedMail> mails() {
        lock.lock();
        try {
            return List.copyOf(mails);
        } finally {
            lock.unlock();
        }
    }

    List<String> violations() {
        lock.lock();
        try {
            return List.copyOf(violations);
        } finally {
            lock.unlock();
        }
    }

    int accepted() {
        return reading(() -> accepted);
    }

    int connections() {
        return reading(() -> connections);
    }

    int open() {
        return reading(() -> open);
    }

    int mostOpen() {
        return reading(() -> mostOpen);
    }

    int ehlos() {
        return reading(() -> ehlos);
    }

    int helos() {
        return reading(() -> helos);
    }

    int transactions() {
        return reading(() -> transactions);
    }

    /** Whether {@code condition}, asked after every change, came true within {@code timeout}. */
    boolean await(BooleanSupplier condition, Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the primary", e);
        } finally {
            lock.unlock();
        }
    }

    private int changing(IntSupplier change) {
        lock.lock();
        try {
            int result = change.getAsInt();
            changed.signalAll();
            return result;
        } finally {
            lock.unlock();
        }
    }

    private int reading(IntSupplier value) {
        lock.lock();
        try {
            return value.getAsInt();
        } finally {
            lock.unlock();
        }
    }
}
