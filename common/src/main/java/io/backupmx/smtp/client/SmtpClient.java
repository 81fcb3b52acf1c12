package io.backupmx.smtp.client;

import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.TlsLevel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to SMTP servers. For virtual threads: its methods block; sockets are served by Vert.x' event loops, which never
 * wait for a caller.
 */
public final class SmtpClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SmtpClient.class);

    private static final int READY = 220;
    private static final int SERVICE_CLOSING = 421;

    /** Half a minute, as far as commands have that long. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(30);

    private final ClientTls tls = new ClientTls();
    private final Vertx vertx;
    private final Map<Boolean, NetClient> sockets; // by whether the server's address is of IPv6
    private final SmtpClientOptions options;

    public SmtpClient(Vertx vertx, SmtpClientOptions options) {
        this.vertx = vertx;
        this.options = options;
        this.sockets = Map.of(true, sockets(Inet6Address.class), false, sockets(Inet4Address.class));
    }

    private NetClient sockets(Class<? extends InetAddress> family) {
        NetClientOptions common = new NetClientOptions()
                .setConnectTimeout(millis(options.connect()))
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true);
        options.bind().stream()
                .filter(family::isInstance)
                .findFirst()
                .ifPresent(own -> common.setLocalAddress(own.getHostAddress()));
        return vertx.createNetClient(common);
    }

    private NetClient socketsTo(SocketAddress address) {
        String host = address.hostAddress();
        return Objects.requireNonNull(sockets.get(host != null && host.indexOf(':') >= 0));
    }

    public ConnectResult connect(SocketAddress address) {
        return connect(address, options.connect());
    }

    /** By SMTP, as anybody. */
    public ConnectResult connect(SocketAddress address, Duration connectTimeout) {
        return connect(address, connectTimeout, Manner.PLAIN_SMTP);
    }

    /**
     * Connects, awaits the greeting, says EHLO, and HELO where EHLO is refused for good (RFC 5321 §3.1, §3.2), and turns to
     * TLS as the options want it. Where opportunistic TLS comes to nothing, it connects once more, in the clear. Blocks up to
     * {@code connectTimeout} and the timeouts of the options; an interrupt ends it.
     */
    public ConnectResult connect(SocketAddress address, Duration connectTimeout, Manner manner) {
        boolean opportunistic = options.tls() == TlsLevel.OPPORTUNISTIC;
        try {
            return connect(
                    address,
                    connectTimeout,
                    manner,
                    opportunistic && tls.hasFailed(address) ? TlsLevel.OFF : options.tls());
        } catch (NoTlsException e) {
            if (!opportunistic || Thread.currentThread().isInterrupted()) {
                return new ConnectResult.Unhealthy(Peer.name(address) + ": " + e.getMessage(), false);
            }
            ConnectResult inTheClear = inTheClear(address, connectTimeout, manner);
            if (inTheClear instanceof ConnectResult.Connected) { // else it was not for TLS that it failed
                tls.failed(address);
                LOG.atInfo()
                        .addKeyValue("peer", Peer.name(address))
                        .addKeyValue("cause", e.getMessage())
                        .log("no TLS, going on in the clear");
            }
            return inTheClear;
        }
    }

    private ConnectResult inTheClear(SocketAddress address, Duration connectTimeout, Manner manner) {
        try {
            return connect(address, connectTimeout, manner, TlsLevel.OFF);
        } catch (NoTlsException e) {
            throw new AssertionError("nobody asked for TLS", e);
        }
    }

    private ConnectResult connect(SocketAddress address, Duration connectTimeout, Manner manner, TlsLevel level)
            throws NoTlsException {
        CompletableFuture<Wire> connecting = new CompletableFuture<>();
        ConnectOptions to = new ConnectOptions().setRemoteAddress(address).setTimeout(millis(connectTimeout));
        // On the event loop, so that the wire listens before the socket reads.
        Context eventLoop = vertx.getOrCreateContext();
        eventLoop.runOnContext(_ -> socketsTo(address)
                .connect(to)
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
        return introduce(wire, address, manner, level);
    }

    private ConnectResult introduce(Wire wire, SocketAddress address, Manner manner, TlsLevel level)
            throws NoTlsException {
        boolean lmtp = manner.protocol() == MailProtocol.LMTP;
        String hello = (lmtp ? "LHLO " : "EHLO ") + options.ehloName(); // RFC 2033 §4.1
        String peer = Peer.name(address);
        boolean silent = true;
        try {
            SmtpReply greeting = wire.reply(options.greeting(), options.dataBlock());
            silent = false;
            if (!greeting.isPositive()) {
                return refused(wire, peer + " refused us", greeting); // 554 or 421 (RFC 5321 §3.1)
            }
            SmtpReply ehlo = ask(wire, hello);
            Extensions extensions = Extensions.of(ehlo);
            if (ehlo.isPermanentFailure() && !lmtp) {
                ehlo = ask(wire, "HELO " + options.ehloName()); // RFC 5321 §3.2
                extensions = Extensions.NONE;
            }
            if (!ehlo.isPositive()) {
                return refused(wire, peer + " refused our EHLO", ehlo);
            }
            Optional<TlsFacts> agreed =
                    level != TlsLevel.OFF && extensions.startTls() ? startTls(wire, address) : Optional.empty();
            if (agreed.isPresent()) {
                tls.succeeded(address);
                ehlo = introduceAnew(wire, hello);
                if (!ehlo.isPositive()) {
                    return refused(wire, peer + " refused our EHLO through TLS", ehlo);
                }
                extensions = Extensions.of(ehlo);
            } else if (level == TlsLevel.REQUIRED) {
                wire.write(Buffer.buffer("QUIT\r\n"));
                wire.end(Loss.Cause.ABORTED, "no TLS");
                throw new NoTlsException("does not offer STARTTLS, which worker.tls demands");
            }
            if (manner.credentials().isPresent()) {
                Optional<String> refusal = new Authentication(
                                wire, options, manner.credentials().get())
                        .run(extensions, agreed.isPresent());
                if (refusal.isPresent()) { // what it says is about us, not about any mail, however it says it
                    leave(wire);
                    return new ConnectResult.Unhealthy(peer + ", AUTH: " + refusal.get(), false);
                }
            }
            return new ConnectResult.Connected(
                    new SmtpConnection(wire, options, extensions, address, namesUs(ehlo), agreed, manner.protocol()));
        } catch (LostException e) {
            return silent && e.lossCause() == Loss.Cause.CLOSED
                    ? new ConnectResult.Unreachable(peer + ": " + e.why())
                    : new ConnectResult.Unhealthy(peer + (silent ? ", greeting: " : ", EHLO: ") + e.why(), false);
        }
    }

    /** Empty when the server has changed its mind and goes on in the clear (RFC 3207 §4). */
    private Optional<TlsFacts> startTls(Wire wire, SocketAddress address) throws LostException, NoTlsException {
        try {
            SmtpReply reply = ask(wire, "STARTTLS");
            if (reply.code() == SERVICE_CLOSING) {
                wire.end(Loss.Cause.SERVICE_CLOSING, reply.toString());
                throw new NoTlsException("STARTTLS answered with " + reply);
            }
            return reply.code() == READY ? Optional.of(wire.startTls(tls, address, handshake())) : Optional.empty();
        } catch (LostException e) {
            throw noTls(e);
        }
    }

    private Duration handshake() {
        return options.command().compareTo(HANDSHAKE) < 0 ? options.command() : HANDSHAKE;
    }

    /** Whom we interrupted ourselves may have all the TLS there is. */
    private static NoTlsException noTls(LostException e) throws LostException {
        if (e.lossCause() == Loss.Cause.ABORTED) {
            throw e;
        }
        return new NoTlsException(e.why());
    }

    /** Nothing that was said before the handshake holds (RFC 3207 §4.2). A server may also learn now that it fails. */
    private SmtpReply introduceAnew(Wire wire, String hello) throws LostException, NoTlsException {
        try {
            return ask(wire, hello);
        } catch (LostException e) {
            throw noTls(e);
        }
    }

    /** TLS has come to nothing, and the connection with it. */
    private static final class NoTlsException extends Exception {

        private static final long serialVersionUID = 1L;

        NoTlsException(String why) {
            super(why, null, false, false); // an ordinary ending, not worth a stack trace
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
        leave(wire);
        return new ConnectResult.Unhealthy(what + ": " + reply, reply.isPermanentFailure());
    }

    private static void leave(Wire wire) {
        wire.write(Buffer.buffer("QUIT\r\n")); // RFC 5321 §3.1; the answer would tell us nothing
        wire.end(Loss.Cause.ABORTED, "refused");
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
        sockets.values().forEach(NetClient::close);
    }
}
