package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.Replies;
import io.backupmx.smtp.SmtpReply;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** The share of one event loop in the ingress: its sessions, and their deadlines. */
final class IngressVerticle extends VerticleBase {

    /** Deadlines are looked at this often, all together: a timer for each of 10 000 idle sessions would cost more. */
    private static final long DEADLINE_CHECK_MILLIS = 500;

    /** What a session gets to say its 421 even when nobody may finish a content. */
    private static final long LEAST_GRACE_MILLIS = 500;

    /**
     * What a mail on its way to the disk gets beyond the grace: cut off then, it would be kept by us and sent again by its
     * client (RFC 5321 §6.1). The spool answers within its store timeout, which cannot be set to more than this.
     */
    private static final long STORE_GRACE_MILLIS = Duration.ofMinutes(10).toMillis();

    private static final int ACCEPT_BACKLOG = 1024;

    private final IngressParts parts;
    private final Door door;
    private final SocketAddress listen;
    private final IntConsumer whenListening;
    private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
    private final Set<Session> sessions = new HashSet<>();
    private Optional<NetServer> server = Optional.empty();
    private boolean stopping;

    /** @param whenListening is told the port */
    IngressVerticle(IngressParts parts, Door door, SocketAddress listen, IntConsumer whenListening) {
        this.parts = parts;
        this.door = door;
        this.listen = listen;
        this.whenListening = whenListening;
    }

    @Override
    public Future<?> start() {
        EventLoop loop = new EventLoop(context, random);
        NetServer opened = vertx.createNetServer(new NetServerOptions().setAcceptBacklog(ACCEPT_BACKLOG))
                .connectHandler(socket -> connected(socket, loop));
        server = Optional.of(opened);
        vertx.setPeriodic(DEADLINE_CHECK_MILLIS, _ -> checkDeadlines());
        return opened.listen(listen).onSuccess(listening -> whenListening.accept(listening.actualPort()));
    }

    /** Accepts nobody any more; done when all sessions have ended: those that store a mail when the spool has answered. */
    @Override
    public Future<?> stop() {
        stopping = true;
        long graceMillis = Math.max(parts.config().stopGrace().toMillis(), LEAST_GRACE_MILLIS);
        long answerMillis = Questions.time(parts.config()).toMillis() + STORE_GRACE_MILLIS;
        Future<Void> stopped = server.map(opened -> opened.shutdown(graceMillis + answerMillis, TimeUnit.MILLISECONDS))
                .orElseGet(Future::succeededFuture);
        vertx.setTimer(graceMillis, _ -> List.copyOf(sessions).forEach(Session::endGrace));
        List.copyOf(sessions).forEach(Session::shutDown);
        return stopped.andThen((_, _) -> List.copyOf(sessions).forEach(Session::abort));
    }

    private void connected(NetSocket socket, EventLoop loop) {
        if (socket.remoteAddress() == null) {
            close(socket); // gone as soon as it came
            return;
        }
        String peer = socket.remoteAddress().hostAddress();
        if (parts.proxies().has(peer)) {
            parts.proxies().passesOn(socket, loop, client -> admit(socket, client, loop), () -> noProxyHeader(socket));
        } else {
            admit(socket, peer, loop);
        }
    }

    /** @param client its address, be it by way of a proxy */
    private void admit(NetSocket socket, String client, EventLoop loop) {
        Optional<Overload.Cause> overload = parts.overload().cause();
        if (stopping) {
            turnAway(socket, client, ConnectionOutcome.SHUT_DOWN, Replies.shuttingDown(parts.hostname()));
        } else if (overload.isPresent()) {
            parts.overload().turnedAway(overload.get());
            turnAway(socket, client, ConnectionOutcome.OVERLOADED, Replies.overloaded(parts.hostname()));
        } else {
            enter(socket, client, loop);
        }
    }

    private void enter(NetSocket socket, String client, EventLoop loop) {
        Optional<TurnAway> refused = parts.admit(client);
        if (refused.isPresent()) {
            turnAway(socket, client, refused.get().why(), refused.get().reply());
            return;
        }
        Session session = new Session(parts, door, new SessionSocket(socket, client), loop);
        sessions.add(session);
        session.start(() -> sessions.remove(session));
    }

    private void turnAway(NetSocket socket, String client, ConnectionOutcome why, SmtpReply reply) {
        new SessionLog(client).turnedAway(why);
        parts.metrics().connectionEnded(why);
        socket.exceptionHandler(_ -> {}); // it may be gone, too
        switch (door) {
            case SMTP -> socket.write(Buffer.buffer(reply.toWire())).onComplete(_ -> close(socket));
            case SMTPS -> close(socket); // it would have to shake hands with us to hear why
        }
    }

    /** A proxy that does not say whom it passes on is told nothing: whatever that is, it is no client of ours. */
    private void noProxyHeader(NetSocket socket) {
        new SessionLog(socket.remoteAddress().hostAddress()).turnedAway(ConnectionOutcome.NO_PROXY_HEADER);
        parts.metrics().connectionEnded(ConnectionOutcome.NO_PROXY_HEADER);
        close(socket);
    }

    private static void close(NetSocket socket) {
        socket.close().onFailure(_ -> {}); // then it is
    }

    private void checkDeadlines() {
        long now = System.nanoTime();
        List.copyOf(sessions).forEach(session -> session.checkDeadline(now));
    }
}
