package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.dnsbl.Blocklists;
import io.backupmx.ingress.etrn.RouteCalls;
import io.backupmx.ingress.protocol.SessionMachine;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.rspamd.ContentCheck;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RequireTls;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolWriter.Room;
import io.backupmx.testing.Conversation;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a session reads from its client: only what it can work off, so that input never piles up in our heap. */
class ReadingIT {

    private final Vertx vertx = Vertx.vertx();
    private final MemorySpool spool = new MemorySpool();
    private final FakeDirectory directory = new FakeDirectory();
    private final AtomicReference<Channel> accepted = new AtomicReference<>();
    private int port;

    @BeforeEach
    void listen() {
        IngressParts parts = parts(new Tuning().config());
        NetServer server = vertx.createNetServer().connectHandler(socket -> open(parts, socket));
        port = TestIngress.get(server.listen(0, "127.0.0.1")).actualPort();
    }

    @AfterEach
    void close() {
        TestIngress.get(vertx.close());
    }

    @Test
    void oneOctetUnreadEndsReadingUntilTheMailIsStored() {
        spool.hold();
        try (Conversation client = Conversation.open(port)) {
            client.play(TestIngress.UP_TO_DATA + "C!: hello\\r\\n.\\r\\n\n");
            await().until(() -> spool.heldStores() == 1);
            assertThat(reads()).as("a client that goes is seen").isTrue();
            client.play("C!: N\n");
            await().until(() -> !reads());
            spool.release();
            client.play("S: 250 2.0.0 *\nC!: OOP\\r\\n\nS: 250 2.0.0 Ok\n");
            assertThat(reads()).isTrue();
        }
    }

    @Test
    void oneOctetUnreadEndsReadingUntilTheRecipientIsJudged() {
        try (Conversation client = Conversation.open(port)) {
            client.play("S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n"
                    + "C!: RCPT TO:<slow@example.test>\\r\\nN\n");
            await().until(() -> directory.waiting() == 1 && !reads());
            directory.answer();
            client.play("S: 250 2.1.5 Ok\nC!: OOP\\r\\n\nS: 250 2.0.0 Ok\n");
            assertThat(reads()).isTrue();
        }
    }

    private boolean reads() {
        return accepted.get().config().isAutoRead();
    }

    private void open(IngressParts parts, NetSocket socket) {
        accepted.set(((NetSocketInternal) socket).channelHandlerContext().channel());
        new Session(
                        parts,
                        Door.SMTP,
                        new SessionSocket(socket, "127.0.0.1"),
                        new EventLoop(vertx.getOrCreateContext(), new SplittableRandom(1)))
                .start(() -> {});
    }

    private IngressParts parts(IngressConfig config) {
        Domain hostname = Domain.of("mx2.example.net");
        ConnectionLimits limits = new ConnectionLimits(10, 10, Rate.UNLIMITED, ClientAddresses.STRANGERS);
        ContentBudget heap = new ContentBudget(config.contentHeapBytes());
        ContentBudget disk = new ContentBudget(config.contentSpillLimitBytes());
        return new IngressParts(
                hostname,
                config,
                new SessionMachine(hostname, config),
                new Advisers(
                        directory,
                        KnownLimits.NONE,
                        RequireTls.NEVER,
                        DeferralPolicy.NONE,
                        Blocklists.NONE,
                        SenderPolicy.NONE,
                        ContentCheck.NONE,
                        RouteCalls.NONE),
                spool,
                new Proxies(config.proxyProtocol().proxies(), 10),
                ClientAddresses.STRANGERS,
                limits,
                new ClientShares(config.clientLimits(), ClientAddresses.STRANGERS, limits, System::nanoTime),
                new Overload(() -> false, heap, disk),
                new GatewayClients(new SimpleMeterRegistry()),
                heap,
                new SpillSpace(Path.of("unused"), disk, () -> Room.OPEN),
                Optional.empty(),
                new IngressMetrics(new SimpleMeterRegistry(), limits, heap, disk));
    }
}
