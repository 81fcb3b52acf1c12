package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.dnsbl.Blocklists;
import io.backupmx.ingress.etrn.RouteCalls;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.rspamd.ContentCheck;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RequireTls;
import io.backupmx.smtp.Domain;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenIT {

    private final Vertx vertx = Vertx.vertx();

    private final Path directory;

    ListenIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @AfterEach
    void close() {
        TestIngress.get(vertx.close());
    }

    @Test
    void aPortInUseIsAnError() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Future<SocketAddress> listening =
                    ingress("127.0.0.1:" + taken.getLocalPort()).listen();
            await().until(listening::isComplete);
            assertThat(listening.cause()).isInstanceOf(BindException.class);
        }
    }

    @Test
    void aFreePortIsOneForAllEventLoopsAndForOneIngress() {
        IngressServer one = ingress("127.0.0.1:0");
        IngressServer other = ingress("127.0.0.1:0");
        assertThat(TestIngress.get(one.listen()).port())
                .isPositive()
                .isNotEqualTo(TestIngress.get(other.listen()).port());
        TestIngress.get(one.stop());
        TestIngress.get(one.stop());
        TestIngress.get(other.stop());
    }

    private IngressServer ingress(String listen) {
        IngressConfig config = new Tuning().config(listen);
        return new IngressServer(
                vertx,
                Domain.of("mx2.example.net"),
                config,
                DefaultGateways.NONE,
                directory.resolve("made/by/listen"),
                new Advisers(
                        new FakeDirectory(),
                        KnownLimits.NONE,
                        RequireTls.NEVER,
                        DeferralPolicy.NONE,
                        Blocklists.NONE,
                        SenderPolicy.NONE,
                        ContentCheck.NONE,
                        RouteCalls.NONE),
                new MemorySpool(),
                Optional.empty(),
                new SimpleMeterRegistry());
    }
}
