package io.backupmx.smtp.client;

import io.backupmx.smtp.SmtpReply;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One socket as a dialogue sees it: octets go out, replies come in, and at some point it ends, once. The event loop fills
 * it and never waits; one virtual thread at a time reads and writes it and may wait.
 */
final class Wire {

    /** Replies to more commands than anybody pipelines: the peer floods us. */
    private static final int MAX_UNREAD_REPLIES = 20_000;

    private final Context eventLoop;
    private final NetSocketInternal socket;
    private final ReplyDecoder decoder = new ReplyDecoder(); // event loop only

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<SmtpReply> replies = new ArrayDeque<>();
    private @Nullable LostException ended;
    private int pendingWrites;
    private long lastWrittenNanos;

    /** To be called on the socket's event loop, before it reads. */
    Wire(Context eventLoop, NetSocket socket) {
        this.eventLoop = eventLoop;
        this.socket = (NetSocketInternal) socket;
        socket.handler(this::onOctets);
        socket.exceptionHandler(e -> end(Loss.Cause.CLOSED, "connection broken: " + e.getMessage()));
        socket.closeHandler(_ -> end(Loss.Cause.CLOSED, "connection closed by the peer"));
    }

    private void onOctets(Buffer octets) {
        lock.lock();
        try {
            decoder.decode(octets.getBytes(), replies::add);
            if (replies.size() > MAX_UNREAD_REPLIES) {
                throw new MalformedReplyException("thousands of replies that nobody asked for");
            }
            changed.signal();
        } catch (MalformedReplyException e) {
            end(Loss.Cause.GARBAGE, String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    /** Hands {@code octets} to the network; does not wait. What cannot be sent shows as the end of the wire. */
    void write(Buffer octets) {
        lock.lock();
        try {
            pendingWrites++;
        } finally {
            lock.unlock();
        }
        // On the event loop, so that we hear of the write before of any reply to it. A failed write stays pending for
        // ever:
        // what was in it has not left.
        eventLoop.runOnContext(_ -> socket.write(octets).onSuccess(_ -> onWritten()));
    }

    private void onWritten() {
        lock.lock();
        try {
            pendingWrites--;
            lastWrittenNanos = System.nanoTime();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next reply. Waits {@code timeout} for it from the moment all written octets have left, which they must within
     * {@code writeTimeout}.
     */
    SmtpReply reply(Duration timeout, Duration writeTimeout) throws LostException {
        long start = System.nanoTime();
        lock.lock();
        try {
            while (true) {
                SmtpReply reply = replies.poll();
                if (reply != null) {
                    return reply;
                }
                if (ended != null) {
                    throw ended;
                }
                boolean writing = pendingWrites > 0;
                long since = writing ? start : Math.max(start, lastWrittenNanos);
                await(since, writing ? writeTimeout : timeout, writing ? "no octets taken" : "no reply");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until fewer than {@code max} writes are pending, or there is a reply to be read first.
     *
     * @return whether it is time to write
     */
    boolean awaitRoom(int max, Duration writeTimeout) throws LostException {
        long start = System.nanoTime();
        lock.lock();
        try {
            while (replies.isEmpty() && pendingWrites >= max) {
                if (ended != null) {
                    throw ended;
                }
                await(start, writeTimeout, "no octets taken");
            }
            return replies.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** One wait, or the end of the wire when the limit has passed; the caller looks again. */
    @SuppressWarnings("WaitNotInLoop") // the loops are the callers'
    private void await(long since, Duration limit, String what) throws LostException {
        long left = limit.toNanos() - (System.nanoTime() - since);
        if (left <= 0) {
            end(Loss.Cause.TIMED_OUT, what + " within " + limit.toMillis() + " ms");
            return;
        }
        try {
            long _ = changed.awaitNanos(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Loss.Cause.ABORTED, "interrupted");
        }
    }

    /** Whether nothing has ended it and nothing unasked has come. */
    boolean isQuiet() {
        lock.lock();
        try {
            return ended == null && replies.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether every octet written has been handed to the network. */
    boolean allWritten() {
        lock.lock();
        try {
            return pendingWrites == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it; only the first call says why. Safe from any thread. */
    void end(Loss.Cause cause, String why) {
        lock.lock();
        try {
            if (ended == null) {
                ended = new LostException(cause, why);
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
        // Behind the writes, but without waiting for them as NetSocket.close does: a peer that does not read would keep
        // its
        // connection for ever, and get the end of a content that has long been deferred when it reads on.
        eventLoop.runOnContext(_ -> socket.channelHandlerContext().close().addListener(_ -> {})); // gone either way
    }
}
