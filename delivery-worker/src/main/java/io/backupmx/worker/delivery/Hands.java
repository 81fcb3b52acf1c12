package io.backupmx.worker.delivery;

import io.backupmx.worker.InFlightMail;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The mails in a worker's hands, from taking to the spool's word that they are settled. */
final class Hands {

    private final Set<Mail> mails = ConcurrentHashMap.newKeySet();
    private final AtomicInteger settling = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();

    /** @param onGone called once it is settled, or lost */
    Mail take(InFlightMail shown, Runnable onGone) {
        Mail mail = new Mail(shown, onGone);
        mails.add(mail);
        return mail;
    }

    int count() {
        return mails.size();
    }

    /** How many wait for the spool to settle them, after {@link Mail#settling}. */
    int settling() {
        return settling.get();
    }

    List<InFlightMail> shown() {
        return mails.stream().map(mail -> mail.shown).toList();
    }

    boolean awaitEmpty(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!mails.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = empty.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** One mail in hand. */
    final class Mail {
        private final InFlightMail shown;
        private final Runnable onGone;
        private final AtomicInteger counted = new AtomicInteger();

        private Mail(InFlightMail shown, Runnable onGone) {
            this.shown = shown;
            this.onGone = onGone;
        }

        void settling() {
            counted.set(1);
            settling.incrementAndGet();
        }

        /** Idempotent. */
        void gone() {
            settling.addAndGet(-counted.getAndSet(0));
            if (!mails.remove(this)) {
                return;
            }
            onGone.run();
            if (mails.isEmpty()) {
                lock.lock();
                try {
                    empty.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }
    }
}
