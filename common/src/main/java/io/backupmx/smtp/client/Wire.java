package io.backupmx.smtp.client;

import io.backupmx.smtp.SmtpReply;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One socket as a dialogue sees it: octets go out, replies come in, and at some point it ends, once. The event loop fills
 * it and never waits; one virtual thread at a time reads and writes it and may wait.
 */
final class Wire {

    private static final String CLOSED = "connection closed by the peer";
    private static final String HANDSHAKE = "TLS handshake: ";
    private static final int SERVICE_CLOSING = 421;

    /** An event loop that takes longer to close a socket is past helping. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int MAX_REASON = 200;

    /** For an event loop to say that a handshake has had its time. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final Context eventLoop;
    private final NetSocket socket;
    private final ReplyDecoder decoder = new ReplyDecoder(); // event loop only

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Alarm alarm;
    private final UnreadReplies replies = new UnreadReplies();
    private boolean resting;
    private @Nullable LostException ended;
    private boolean closed;
    private int pendingWrites;
    private long lastWrittenNanos;
    private boolean awaitsWrites;
    private @Nullable FollowUp followUp;
    private boolean followedUp;
    private long followedUpNanos;
    private long lastReplyNanos;
    private volatile boolean shakesHands;

    /** To be called on the socket's event loop, before it reads. */
    Wire(Context eventLoop, NetSocket socket) {
        this.eventLoop = eventLoop;
        this.socket = socket;
        this.alarm = new Alarm(eventLoop, this::look);
        socket.handler(this::onOctets);
        socket.exceptionHandler(e -> end(Loss.Cause.CLOSED, broken(e)));
        socket.closeHandler(_ -> end(Loss.Cause.CLOSED, (shakesHands ? HANDSHAKE : "") + CLOSED));
    }

    /** What a codec throws is wrapped by the pipeline. */
    private String broken(Throwable e) {
        return shakesHands
                ? HANDSHAKE + reason(e.getCause() == null ? e : e.getCause())
                : "connection broken: " + e.getMessage();
    }

    private void onOctets(Buffer octets) {
        FollowUp due = received(octets);
        if (due != null) {
            send(due.octets());
        }
    }

    /** @return what is to leave now */
    private @Nullable FollowUp received(Buffer octets) {
        lock.lock();
        try {
            if (ended != null) {
                return null; // what comes until the socket is closed
            }
            decoder.decode(octets.getBytes(), this::add);
            if (replies.isFlood()) {
                throw new MalformedReplyException("replies beyond all that was asked");
            }
            endIfUnasked();
            FollowUp next = followUp;
            if (next != null && ended == null && next.isDue(replies.all())) {
                followUp = null;
                followedUp = true;
                pendingWrites++;
                followedUpNanos = System.nanoTime();
                alarm.setTo(followedUpNanos + next.lookAfter().toNanos());
                return next; // who waits, waits for the reply to it
            }
            changed.signal();
        } catch (MalformedReplyException e) {
            end(Loss.Cause.GARBAGE, String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
        return null;
    }

    private void add(SmtpReply reply) {
        replies.add(reply);
        lastReplyNanos = System.nanoTime();
    }

    /** Every question has had its answer: until the next {@link #write}, whatever comes ends the wire. */
    void rest() {
        lock.lock();
        try {
            resting = true;
            followUp = null;
            endIfUnasked();
        } finally {
            lock.unlock();
        }
    }

    private void endIfUnasked() {
        SmtpReply unasked = resting ? replies.poll() : null;
        if (unasked != null) {
            // RFC 5321 §3.8: a server may say 421 at any time, and leave.
            boolean leaving = unasked.code() == SERVICE_CLOSING;
            end(leaving ? Loss.Cause.SERVICE_CLOSING : Loss.Cause.GARBAGE, "unasked: " + unasked);
        }
    }

    /** Hands {@code octets} to the network; does not wait. What cannot be sent shows as the end of the wire. */
    void write(Buffer octets) {
        write(octets, null);
    }

    /** As {@link #write(Buffer)}, and {@code next} once the replies to it allow that: see {@link #followedUp}. */
    void write(Buffer octets, @Nullable FollowUp next) {
        lock.lock();
        try {
            pendingWrites++;
            resting = false;
            followUp = next;
            followedUp = false;
        } finally {
            lock.unlock();
        }
        // On the event loop, so that we hear of the write before of any reply to it. A failed write stays pending for
        // ever:
        // what was in it has not left.
        eventLoop.runOnContext(_ -> send(octets));
    }

    private void send(Buffer octets) {
        socket.write(octets).onSuccess(_ -> onWritten());
    }

    /** Whether what was to follow has been written; if not, it never will be. */
    boolean followedUp() {
        lock.lock();
        try {
            followUp = null;
            return followedUp;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts TLS under the dialogue (RFC 3207 §4.2), after everything the peer has said was read: more would be somebody else's
     * (CVE-2021-38371). Waits for the handshake; a wire on which it fails has ended.
     *
     * @param name who is asked for (SNI), if it is a host's
     */
    Handshake startTls(ClientTls tls, String name, int port, Duration limit) throws LostException {
        CompletableFuture<Handshake> agreed = new CompletableFuture<>();
        SslContext context = tls.context();
        Function<ByteBufAllocator, SslHandler> handler =
                allocator -> ClientTls.newHandler(context, allocator, name, port, limit);
        eventLoop.runOnContext(_ -> shakeHands(handler, agreed));
        try {
            return agreed.get(limit.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            end(Loss.Cause.CLOSED, HANDSHAKE + reason(e.getCause()));
        } catch (TimeoutException e) {
            end(Loss.Cause.TIMED_OUT, HANDSHAKE + "the event loop does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Loss.Cause.ABORTED, "interrupted");
        }
        lock.lock();
        try {
            throw Objects.requireNonNull(ended);
        } finally {
            lock.unlock();
        }
    }

    /** On the event loop, where nothing can come between the look and the handler. */
    private void shakeHands(Function<ByteBufAllocator, SslHandler> tls, CompletableFuture<Handshake> agreed) {
        lock.lock();
        try {
            if (ended != null || !replies.isEmpty() || !decoder.isAtStart()) {
                agreed.completeExceptionally(new IllegalStateException("octets in the clear where it was to begin"));
                return;
            }
        } finally {
            lock.unlock();
        }
        try {
            begin(tls, agreed);
        } catch (RuntimeException | Error e) {
            agreed.completeExceptionally(e);
        }
    }

    private void begin(Function<ByteBufAllocator, SslHandler> tls, CompletableFuture<Handshake> agreed) {
        ChannelPipeline pipeline =
                ((NetSocketInternal) socket).channelHandlerContext().pipeline();
        if (!pipeline.channel().isActive()) {
            agreed.completeExceptionally(new ClosedChannelException());
            return;
        }
        SslHandler handler = tls.apply(pipeline.channel().alloc());
        shakesHands = true;
        handler.handshakeFuture().addListener(done -> {
            shakesHands = !done.isSuccess(); // then it closes, and that is why
            if (done.isSuccess()) {
                agreed.complete(Handshake.of(handler.engine().getSession()));
            } else {
                agreed.completeExceptionally(done.cause());
            }
        });
        pipeline.addFirst(handler);
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            return CLOSED;
        }
        String message = cause == null ? null : cause.getMessage();
        return message == null ? String.valueOf(cause) : message.substring(0, Math.min(message.length(), MAX_REASON));
    }

    private void onWritten() {
        lock.lock();
        try {
            pendingWrites--;
            lastWrittenNanos = System.nanoTime();
            if (awaitsWrites) {
                changed.signal(); // who awaits a reply has time
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next reply. Waits {@code timeout} for it from the moment all written octets have left, which they must within
     * {@code writeTimeout}, or from now on when that was before.
     */
    SmtpReply reply(Duration timeout, Duration writeTimeout) throws LostException {
        lock.lock();
        try {
            // What followed by itself is waited for since then, whoever waits for its reply only now; of several
            // replies
            // (RFC 2033 §4.2) each since the one before has come.
            long start = followedUp ? Math.max(followedUpNanos, lastReplyNanos) : System.nanoTime();
            while (true) {
                SmtpReply reply = replies.poll();
                if (reply != null) {
                    followUp = null; // it is about all replies, of which this was one: whoever has read it decides
                    return reply;
                }
                if (ended != null) {
                    throw ended;
                }
                boolean writing = pendingWrites > 0;
                long since = writing ? start : Math.max(start, lastWrittenNanos);
                await(since, writing ? writeTimeout : timeout, timeout, writing ? "no octets taken" : "no reply");
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
                awaitsWrites = true;
                await(start, writeTimeout, writeTimeout, "no octets taken");
            }
            return replies.isEmpty();
        } finally {
            awaitsWrites = false;
            lock.unlock();
        }
    }

    /**
     * One wait, or the end of the wire when the limit has passed; the caller looks again.
     *
     * @param next after which the caller has to look again in any case, for another limit may count by then
     */
    @SuppressWarnings("WaitNotInLoop") // the loops are the callers'
    private void await(long since, Duration limit, Duration next, String what) throws LostException {
        long left = limit.toNanos() - (System.nanoTime() - since);
        if (left <= 0) {
            end(Loss.Cause.TIMED_OUT, what + " within " + limit.toMillis() + " ms");
            return;
        }
        alarm.setTo(System.nanoTime() + Math.min(left, next.toNanos()));
        try {
            changed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Loss.Cause.ABORTED, "interrupted");
        } finally {
            alarm.off();
        }
    }

    /** Somebody waits for what may not come any more. */
    private void look() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
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

    /** Whether every octet written so far has been handed to the network. */
    boolean allWritten() {
        lock.lock();
        try {
            return pendingWrites == 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether every octet written had been handed to the network when the wire, which is ending, has ended. Waits until that can change no
     * more, and where it does not learn it, says yes: perhaps.
     */
    boolean allWrittenAtEnd() {
        lock.lock();
        try {
            awaitsWrites = true;
            long left = CLOSE_NANOS;
            while (pendingWrites > 0 && !closed) {
                if (left <= 0) {
                    return true;
                }
                left = changed.awaitNanos(left);
            }
            return pendingWrites == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            awaitsWrites = false;
            lock.unlock();
        }
    }

    /**
     * Ends it; only the first call says why. What is written and has not left by then never will: a peer that reads on
     * later gets no final dot that we have given up, and one that never reads keeps no buffers. Safe from any thread.
     */
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
        eventLoop.runOnContext(_ -> close());
    }

    /**
     * Below all handlers: a {@link NetSocket} would first send all that is written, however long that takes, and TLS what it
     * has not encrypted yet.
     */
    private void close() {
        alarm.stop();
        ChannelHandlerContext own = ((NetSocketInternal) socket).channelHandlerContext();
        ChannelHandlerContext first = own.pipeline().firstContext(); // none when the channel is closed already
        (first == null ? own : first).close().addListener(_ -> onClosed());
    }

    private void onClosed() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
