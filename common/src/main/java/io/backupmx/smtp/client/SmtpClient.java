package io.backupmx.smtp.client;

import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.tls.Authorities;
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
import java.util.List;
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
    private final PeerCheck check;
    private final TlsTally tally;
    private final Vertx vertx;
    private final Map<Boolean, NetClient> sockets; // by whether the server's address is of IPv6
    private final SmtpClientOptions options;

    /** One that trusts whom the JVM trusts. */
    public SmtpClient(Vertx vertx, SmtpClientOptions options) {
        this(vertx, options, Authorities.ofJvm(), TlsTally.none());
    }

    /** @param authorities whose certificates are believed where {@link TlsDemand.Verified} is demanded */
    public SmtpClient(Vertx vertx, SmtpClientOptions options, Authorities authorities, TlsTally tally) {
        this.vertx = vertx;
        this.options = options;
        this.check = new PeerCheck(authorities);
        this.tally = tally;
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

    /** With TLS if it can be had. */
    public ConnectResult connect(SocketAddress address) {
        return connect(address, options.connect(), Manner.PLAIN_SMTP, new TlsDemand.Opportunistic());
    }

    /** By SMTP, as anybody. */
    public ConnectResult connect(SocketAddress address, Duration connectTimeout, TlsDemand demand) {
        return connect(address, connectTimeout, Manner.PLAIN_SMTP, demand);
    }

    /**
     * Connects, awaits the greeting, says EHLO, and HELO where EHLO is refused for good (RFC 5321 §3.1, §3.2), and turns to
     * TLS. Where opportunistic TLS comes to nothing, it connects once more, in the clear; what is demanded and not there makes the
     * peer an unhealthy one. Blocks up to {@code connectTimeout} and the timeouts of the options; an interrupt ends it.
     */
    public ConnectResult connect(SocketAddress address, Duration connectTimeout, Manner manner, TlsDemand demand) {
        return switch (demand) {
            case TlsDemand.Opportunistic now ->
                tls.hasFailed(address)
                        ? inTheClear(address, connectTimeout, manner)
                        : opportunistic(address, connectTimeout, manner, now);
            case TlsDemand.Clear _ -> inTheClear(address, connectTimeout, manner);
            case TlsDemand.Encrypted _, TlsDemand.Verified _, TlsDemand.Dane _ -> {
                try {
                    yield reach(address, connectTimeout, manner, demand);
                } catch (NoTlsException e) {
                    yield failed(address, demand, e.result, e.why());
                }
            }
            case TlsDemand.Never(TlsDemand.Policy _, TlsResult result, String why) ->
                failed(address, demand, result, why);
        };
    }

    private ConnectResult failed(SocketAddress address, TlsDemand demand, TlsResult result, String why) {
        tally.count(demand.policy(), result);
        return new ConnectResult.Unhealthy(Peer.name(address) + ": " + why, false);
    }

    private ConnectResult opportunistic(
            SocketAddress address, Duration connectTimeout, Manner manner, TlsDemand.Opportunistic demand) {
        try {
            return reach(address, connectTimeout, manner, demand);
        } catch (NoTlsException e) {
            if (Thread.currentThread().isInterrupted()) {
                return new ConnectResult.Unhealthy(Peer.name(address) + ": " + e.why(), false);
            }
            tally.count(demand.policy(), e.result);
            ConnectResult inTheClear = inTheClear(address, connectTimeout, manner);
            if (inTheClear instanceof ConnectResult.Connected) { // else it was not for TLS that it failed
                tls.failed(address);
                LOG.atInfo()
                        .addKeyValue("peer", Peer.name(address))
                        .addKeyValue("cause", e.why())
                        .log("no TLS, going on in the clear");
            }
            return inTheClear;
        }
    }

    private ConnectResult inTheClear(SocketAddress address, Duration connectTimeout, Manner manner) {
        try {
            return reach(address, connectTimeout, manner, new TlsDemand.Clear());
        } catch (NoTlsException e) {
            throw new AssertionError("nobody asked for TLS", e);
        }
    }

    private ConnectResult reach(SocketAddress address, Duration connectTimeout, Manner manner, TlsDemand demand)
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
        return introduce(wire, address, manner, demand);
    }

    private ConnectResult introduce(Wire wire, SocketAddress address, Manner manner, TlsDemand demand)
            throws NoTlsException {
        boolean lmtp = manner.protocol() == MailProtocol.LMTP;
        String verb = lmtp ? "LHLO" : "EHLO"; // RFC 2033 §4.1
        String hello = verb + " " + options.ehloName();
        String peer = Peer.name(address);
        String at = "greeting";
        try {
            SmtpReply greeting = wire.reply(options.greeting(), options.dataBlock());
            at = verb;
            if (!greeting.isPositive()) {
                return refused(wire, peer + " refused us", greeting); // 554 or 421 (RFC 5321 §3.1)
            }
            SmtpReply ehlo = ask(wire, hello);
            Extensions extensions = Extensions.of(ehlo);
            if (ehlo.isPermanentFailure() && !lmtp) {
                at = "HELO";
                ehlo = ask(wire, "HELO " + options.ehloName()); // RFC 5321 §3.2
                extensions = Extensions.NONE;
            }
            if (!ehlo.isPositive()) {
                return refused(wire, peer + " refused our " + at, ehlo);
            }
            Optional<TlsFacts> agreed = !(demand instanceof TlsDemand.Clear) && extensions.startTls()
                    ? startTls(wire, address, demand)
                    : Optional.empty();
            if (agreed.isPresent()) {
                ehlo = introduceAnew(wire, hello);
                tls.succeeded(address);
                tally.count(demand.policy(), success(demand));
                if (!ehlo.isPositive()) {
                    return refused(wire, peer + " refused our " + verb + " through TLS", ehlo);
                }
                extensions = Extensions.of(ehlo);
            } else {
                goOnInTheClear(wire, demand, extensions.startTls());
            }
            if (manner.credentials().isPresent()) {
                at = "AUTH";
                Optional<String> refusal = new Authentication(
                                wire, options, manner.credentials().get())
                        .run(extensions, agreed.isPresent());
                if (refusal.isPresent()) { // what it says is about us, not about any mail, however it says it
                    takeLeave(wire, at);
                    return new ConnectResult.Unhealthy(peer + ", " + at + ": " + refusal.get(), false);
                }
            }
            boolean lookedAt = agreed.isPresent() && PeerCheck.looks(demand);
            return new ConnectResult.Connected(new SmtpConnection(
                    wire,
                    options,
                    lookedAt ? extensions : extensions.ofStranger(),
                    address,
                    namesUs(ehlo),
                    agreed,
                    lookedAt,
                    manner.protocol()));
        } catch (LostException e) {
            boolean silent = at.equals("greeting");
            return silent && e.lossCause() == Loss.Cause.CLOSED
                    ? new ConnectResult.Unreachable(peer + ": " + e.why())
                    : new ConnectResult.Unhealthy(peer + ", " + at + ": " + e.why(), false);
        }
    }

    private static TlsResult success(TlsDemand demand) {
        return demand instanceof TlsDemand.Dane dane && !new DaneCheck(dane).isUsable()
                ? TlsResult.TLSA_INVALID
                : TlsResult.SUCCESSFUL;
    }

    /** @param refused whether it had offered TLS, and then did not want it */
    private void goOnInTheClear(Wire wire, TlsDemand demand, boolean refused) throws NoTlsException {
        String by = switch (demand) {
            case TlsDemand.Clear _ -> "";
            case TlsDemand.Opportunistic _ -> {
                tally.count(demand.policy(), TlsResult.STARTTLS_NOT_SUPPORTED);
                yield "";
            }
            case TlsDemand.Verified(List<String> _, TlsDemand.Policy policy)
            when policy == TlsDemand.Policy.STS -> "its domain (MTA-STS)";
            case TlsDemand.Encrypted _, TlsDemand.Verified _, TlsDemand.Never _ -> "the configuration (tls)";
            case TlsDemand.Dane _ -> "what the DNS says of it (TLSA)";
        };
        if (!by.isEmpty()) {
            takeLeave(wire, "no TLS");
            throw new NoTlsException(
                    TlsResult.STARTTLS_NOT_SUPPORTED,
                    (refused ? "refuses STARTTLS, which " : "does not offer STARTTLS, which ") + by + " demands");
        }
    }

    /** Empty when the server has changed its mind and goes on in the clear (RFC 3207 §4). */
    private Optional<TlsFacts> startTls(Wire wire, SocketAddress address, TlsDemand demand)
            throws LostException, NoTlsException {
        Handshake done;
        try {
            SmtpReply reply = ask(wire, "STARTTLS");
            if (reply.code() == SERVICE_CLOSING) {
                wire.end(Loss.Cause.SERVICE_CLOSING, reply.toString());
                throw new NoTlsException(TlsResult.VALIDATION_FAILURE, "STARTTLS answered with " + reply);
            }
            if (reply.code() != READY) {
                return Optional.empty();
            }
            done = wire.startTls(tls, nameToAsk(address, demand), address.port(), handshake());
        } catch (LostException e) {
            throw noTls(e);
        }
        Optional<TlsFailure> failure = check.judge(demand, done.chain());
        if (failure.isPresent()) {
            takeLeave(wire, failure.get().why());
            throw new NoTlsException(failure.get().result(), failure.get().why());
        }
        return Optional.of(done.facts());
    }

    /** Where nobody in particular is demanded, nobody is asked for. */
    private static String nameToAsk(SocketAddress address, TlsDemand demand) {
        return switch (demand) {
            case TlsDemand.Verified verified -> verified.names().getFirst();
            case TlsDemand.Dane dane -> dane.names().getFirst();
            case TlsDemand.Clear _, TlsDemand.Opportunistic _, TlsDemand.Encrypted _, TlsDemand.Never _ ->
                String.valueOf(address.hostAddress());
        };
    }

    private Duration handshake() {
        return options.command().compareTo(HANDSHAKE) < 0 ? options.command() : HANDSHAKE;
    }

    /** Whom we interrupted ourselves may have all the TLS there is. */
    private static NoTlsException noTls(LostException e) throws LostException {
        if (e.lossCause() == Loss.Cause.ABORTED) {
            throw e;
        }
        return new NoTlsException(TlsResult.VALIDATION_FAILURE, e.why());
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

        private final TlsResult result;

        NoTlsException(TlsResult result, String why) {
            super(why, null, false, false); // an ordinary ending, not worth a stack trace
            this.result = result;
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    /** The first word of the reply is the peer's name (RFC 5321 §4.1.1.1). */
    private boolean namesUs(SmtpReply ehlo) {
        String name = ehlo.lines().getFirst().strip().split("\\s", 2)[0];
        return !name.equalsIgnoreCase("localhost") // whose is anybody's
                && Domain.parse(name).filter(options.ehloName()::equals).isPresent();
    }

    private SmtpReply ask(Wire wire, String command) throws LostException {
        wire.write(Buffer.buffer(command + "\r\n"));
        return wire.reply(options.command(), options.dataBlock());
    }

    private static void takeLeave(Wire wire, String why) {
        wire.write(Buffer.buffer("QUIT\r\n")); // RFC 5321 §3.1; the answer would tell us nothing
        wire.end(Loss.Cause.ABORTED, why);
    }

    private static ConnectResult refused(Wire wire, String what, SmtpReply reply) {
        takeLeave(wire, "refused");
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
        sockets.values().forEach(NetClient::close);
    }
}
