package io.backupmx.smtp.client;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.SmtpReply;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Connects to SMTP servers. For virtual threads: its methods block; sockets are served by Vert.x' event loops, which never
 * wait for a caller.
 */
public final class SmtpClient implements AutoCloseable {

    private final Vertx vertx;
    private final NetClient sockets;
    private final SmtpClientOptions options;

    public SmtpClient(Vertx vertx, SmtpClientOptions options) {
        this.vertx = vertx;
        this.options = options;
        this.sockets = vertx.createNetClient(new NetClientOptions()
                .setConnectTimeout(millis(options.connect()))
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true));
    }

    public ConnectResult connect(SocketAddress address) {
        return connect(address, options.connect());
    }

    /**
     * Connects, awaits the greeting, says EHLO, and HELO where EHLO is refused for good (RFC 5321 §3.1, §3.2). Blocks up to
     * {@code connectTimeout} and the timeouts of the options; an interrupt ends it.
     */
    public ConnectResult connect(SocketAddress address, Duration connectTimeout) {
        CompletableFuture<Wire> connecting = new CompletableFuture<>();
        ConnectOptions to = new ConnectOptions().setRemoteAddress(address).setTimeout(millis(connectTimeout));
        // On the event loop, so that the wire listens before the socket reads.
        Context eventLoop = vertx.getOrCreateContext();
        eventLoop.runOnContext(_ -> sockets.connect(to)
                .map(socket -> new Wire(eventLoop, socket))
                .onComplete(connecting::complete, connecting::completeExceptionally));
        String peer = Peer.name(address);
        Wire wire;
        try {
            wire = connecting.get();
        } catch (ExecutionException e) {
            return new ConnectResult.Unreachable("connect to " + peer + ": " + describe(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var _ = connecting.thenAccept(late -> late.end(Loss.Cause.ABORTED, "interrupted"));
            return new ConnectResult.Unreachable("connect to " + peer + ": interrupted");
        }
        return introduce(wire, peer);
    }

    private ConnectResult introduce(Wire wire, String peer) {
        boolean silent = true;
        try {
            SmtpReply greeting = wire.reply(options.greeting(), options.dataBlock());
            silent = false;
            if (!greeting.isPositive()) {
                return refused(wire, peer + " refused us", greeting); // 554 or 421 (RFC 5321 §3.1)
            }
            SmtpReply ehlo = ask(wire, "EHLO " + options.ehloName());
            Extensions extensions = Extensions.of(ehlo);
            if (ehlo.isPermanentFailure()) {
                ehlo = ask(wire, "HELO " + options.ehloName()); // RFC 5321 §3.2
                extensions = Extensions.NONE;
            }
            if (!ehlo.isPositive()) {
                return refused(wire, peer + " refused our EHLO", ehlo);
            }
            return new ConnectResult.Connected(new SmtpConnection(wire, options, extensions, peer, namesUs(ehlo)));
        } catch (LostException e) {
            return silent && e.lossCause() == Loss.Cause.CLOSED
                    ? new ConnectResult.Unreachable(peer + ": " + e.why())
                    : new ConnectResult.Unhealthy(peer + (silent ? ", greeting: " : ", EHLO: ") + e.why(), false);
        }
    }

    /** The first word of the reply is the peer's name (RFC 5321 §4.1.1.1). */
    private boolean namesUs(SmtpReply ehlo) {
        String name = ehlo.lines().getFirst().strip().split("\\s", 2)[0];
        return Domain.parse(name).filter(options.ehloName()::equals).isPresent();
    }

    private SmtpReply ask(Wire wire, String command) throws LostException {
        wire.write(Buffer.buffer(command + "\r\n"));
        return wire.reply(options.command(), options.dataBlock());
    }

    private static ConnectResult refused(Wire wire, String what, SmtpReply reply) {
        wire.write(Buffer.buffer("QUIT\r\n")); // RFC 5321 §3.1; the answer would tell us nothing
        wire.end(Loss.Cause.ABORTED, "refused");
        return new ConnectResult.Unhealthy(what + ": " + reply, reply.isPermanentFailure());
    }

    /** Netty's connect failures name the address again; their cause does not. */
    private static String describe(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof ConnectException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause == null ? null : cause.getMessage();
        return message != null ? message : String.valueOf(cause);
    }

    private static int millis(Duration duration) {
        return Math.clamp(duration.toMillis(), 1, Integer.MAX_VALUE);
    }

    /** Closes every connection. */
    @Override
    public void close() {
        sockets.close();
    }
}
