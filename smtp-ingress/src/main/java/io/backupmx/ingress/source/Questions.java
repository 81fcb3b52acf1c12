package io.backupmx.ingress.source;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Puts questions to a source by blocking calls on virtual threads: a few at once, a number of others wait for their turn, and
 * beyond that there is no answer. Every question has an end within the timeout, its time of waiting included. One that hangs is
 * interrupted, which closes the socket at which a virtual thread waits; its place is free when its thread has ended.
 */
final class Questions implements AutoCloseable {

    private final String source;
    private final Duration timeout;
    private final Semaphore places;
    private final Semaphore admissions;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param source its name
     * @param atOnce how many are asked at the same time
     * @param waiting how many more may wait
     */
    Questions(String source, int atOnce, int waiting, Duration timeout) {
        this.source = source;
        this.timeout = timeout;
        this.places = new Semaphore(atOnce, true);
        this.admissions = new Semaphore(atOnce + waiting);
    }

    /** Asks {@code question}. The future completes on a thread of ours. */
    Future<Boolean> ask(Callable<Boolean> question) {
        if (closed) {
            return Future.failedFuture(failure("is closed"));
        }
        if (!admissions.tryAcquire()) {
            return Future.failedFuture(failure("too many questions wait for an answer"));
        }
        Promise<Boolean> answer = Promise.promise();
        long end = System.nanoTime() + timeout.toNanos();
        try {
            Thread.ofVirtual().name("source-" + source + "-waiting").start(() -> see(question, answer, end));
        } catch (RuntimeException | Error e) { // no memory for a thread
            admissions.release();
            answer.tryFail(SourceFailure.of(source, e));
        }
        return answer.future();
    }

    /** Sees to it that {@code answer} completes in time. */
    private void see(Callable<Boolean> question, Promise<Boolean> answer, long end) {
        try {
            enter();
            if (!places.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                answer.tryFail(failure("no answer within " + timeout.toMillis() + " ms: others are still being asked"));
                return;
            }
            if (closed) { // which is what has freed the place
                places.release();
                throw new InterruptedException();
            }
            await(start(question, answer), answer, end);
        } catch (InterruptedException _) {
            answer.tryFail(failure("is closed"));
        } catch (RuntimeException | Error e) {
            answer.tryFail(SourceFailure.of(source, e));
        } finally {
            threads.remove(Thread.currentThread());
            admissions.release();
        }
    }

    private Thread start(Callable<Boolean> question, Promise<Boolean> answer) {
        try {
            return Thread.ofVirtual().name("source-" + source).start(() -> ask(question, answer));
        } catch (RuntimeException | Error e) { // no memory for a thread, which would have freed its place
            places.release();
            throw e;
        }
    }

    private void await(Thread asking, Promise<Boolean> answer, long end) {
        try {
            if (!asking.join(Duration.ofNanos(end - System.nanoTime()))) {
                answer.tryFail(failure("no answer within " + timeout.toMillis() + " ms"));
            }
        } catch (InterruptedException _) {
            answer.tryFail(failure("is closed"));
        } finally {
            asking.interrupt();
        }
    }

    private void enter() throws InterruptedException {
        threads.add(Thread.currentThread());
        if (closed) {
            throw new InterruptedException();
        }
    }

    private void ask(Callable<Boolean> question, Promise<Boolean> answer) {
        try {
            answer.tryComplete(question.call());
        } catch (Throwable e) {
            answer.tryFail(SourceFailure.of(source, e));
        } finally {
            places.release();
        }
    }

    private SourceFailure failure(String what) {
        return SourceFailure.of(source, new SourceFailure(what));
    }

    /** Ends them all; they fail. */
    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }
}
