package io.backupmx.ingress.session;

import io.backupmx.mail.TlsFacts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;

/**
 * A connection as a session needs it. Goes to Netty's channel for five things that Vert.x does not offer: to turn to TLS
 * with no moment between in which something in the clear could be heard, with a certificate that may be another for each
 * connection, to stop reading
 * at once (a paused {@link NetSocket} reads on until it holds a megabyte), to close one direction only (closing both while
 * the client still sends makes its system throw away our last reply), to hear that the client has
 * closed its direction only (it still wants its replies), and to close without waiting for what is written (a client that
 * does not read would keep its connection for ever).
 */
final class SessionSocket {

    /** One read, which is the most input that a session holds without having looked at it. */
    private static final int MAX_READ_BYTES = 32 << 10;

    private static final int MIN_READ_BYTES = 64;
    private static final int FIRST_READ_BYTES = 2 << 10;

    private final NetSocket socket;
    private final ChannelHandlerContext context;
    private final Channel channel;
    private final String clientAddress;
    private boolean reading = true;
    private boolean inputOver;
    private boolean saidLast;
    private Optional<SslHandler> tls = Optional.empty();
    private Optional<TlsBounds> bounds = Optional.empty();

    /** @param clientAddress whose connection it is, be it by way of a proxy; IPv6 without brackets */
    SessionSocket(NetSocket socket, String clientAddress) {
        this.socket = socket;
        this.context = ((NetSocketInternal) socket).channelHandlerContext();
        this.channel = context.channel();
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES));
        this.clientAddress = clientAddress;
    }

    /** IPv6 without brackets. */
    String clientAddress() {
        return clientAddress;
    }

    void onOctets(Consumer<ByteBuffer> consumer) {
        socket.handler(buffer -> consumer.accept(octets(buffer)));
    }

    void onDrained(Runnable action) {
        socket.drainHandler(_ -> action.run());
    }

    /**
     * Each runs once, at most.
     *
     * @param inputOver the client has said its last and may still listen; not when it is gone altogether
     * @param flood TLS has cost more than we bear with; nothing more is heard
     */
    void onSignals(EventLoop loop, Runnable inputOver, Runnable flood) {
        context.pipeline().addBefore(context.name(), "signals", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext at, Object read) {
                if (read instanceof ByteBuf octets) {
                    int yielded = octets.readableBytes();
                    bounds.ifPresent(tls -> tls.yielded(yielded));
                }
                at.fireChannelRead(read);
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext at, Object event) {
                if (event == TlsBounds.Event.FLOOD) {
                    loop.run(flood);
                } else if (isOver(event)) {
                    loop.run(() -> inputOver(inputOver));
                }
                at.fireUserEventTriggered(event);
            }
        });
    }

    private static boolean isOver(Object event) {
        return event == ChannelInputShutdownEvent.INSTANCE
                || event == TlsBounds.Event.GOODBYE
                || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess());
    }

    private void inputOver(Runnable action) {
        if (!inputOver) {
            inputOver = true;
            closeWhenBothAreDone();
            action.run();
        }
    }

    /** Runs once, whoever closed. */
    void onClosed(Runnable action) {
        socket.closeHandler(_ -> action.run());
    }

    void onError(Consumer<Throwable> consumer) {
        socket.exceptionHandler(consumer::accept);
    }

    /** Whether the client keeps up with reading what we say. */
    boolean isWritable() {
        return !socket.writeQueueFull();
    }

    void write(String text) {
        socket.write(text);
    }

    /**
     * From now on all that comes and goes is TLS, but what {@code handler} lets pass. Nothing may wait to be written.
     *
     * @param then told what was agreed on, or why nothing was; in that case the connection closes by itself
     */
    void startTls(SslHandler handler, BiConsumer<Optional<TlsFacts>, Optional<Throwable>> then) {
        TlsBounds before = new TlsBounds(handler.handshakeFuture());
        tls = Optional.of(handler);
        bounds = Optional.of(before);
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(Proxies.DECODER) == null) {
            pipeline.addFirst("tls", handler).addFirst("tls-bounds", before);
        } else { // it is still to give away what came behind the header in one read
            pipeline.addAfter(Proxies.DECODER, "tls", handler).addAfter(Proxies.DECODER, "tls-bounds", before);
        }
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                SSLSession session = handler.engine().getSession();
                then.accept(
                        Optional.of(new TlsFacts(session.getProtocol(), session.getCipherSuite())), Optional.empty());
            } else {
                then.accept(Optional.empty(), Optional.of(done.cause()));
            }
        });
    }

    /** Whether the client has said anything since TLS was to begin. */
    boolean hasHeardTls() {
        return bounds.filter(TlsBounds::hasHeard).isPresent();
    }

    /** Says this, and that it was the last. The client may go on talking until it, or we, close. */
    void writeLast(String text) {
        Future<Void> written = text.isEmpty() ? socket.write(Buffer.buffer()) : socket.write(text);
        written.onComplete((_, failure) -> {
            saidLast = true;
            if (failure == null && channel instanceof DuplexChannel duplex) {
                tls.map(SslHandler::closeOutbound)
                        .orElseGet(channel::newSucceededFuture)
                        .addListener(_ -> {
                            duplex.shutdownOutput().addListener(_ -> {}); // gone already: closing will be seen
                            closeWhenBothAreDone();
                        });
            } else {
                close();
            }
        });
    }

    void setReading(boolean wanted) {
        if (reading != wanted) {
            reading = wanted;
            channel.config().setAutoRead(wanted);
        }
    }

    /** At once, whatever is still to be said. */
    void close() {
        tls.map(handler -> channel.pipeline().context(handler)) // which would say goodbye before
                .orElse(context)
                .close()
                .addListener(_ -> {}); // it is gone either way
    }

    private void closeWhenBothAreDone() {
        if (inputOver && saidLast) {
            close();
        }
    }

    private static ByteBuffer octets(Buffer buffer) {
        ByteBuf octets = ((BufferInternal) buffer).getByteBuf();
        return octets.hasArray()
                ? ByteBuffer.wrap(octets.array(), octets.arrayOffset() + octets.readerIndex(), octets.readableBytes())
                : ByteBuffer.wrap(buffer.getBytes());
    }
}
