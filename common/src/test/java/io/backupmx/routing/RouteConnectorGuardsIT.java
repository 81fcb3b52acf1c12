package io.backupmx.routing;

import static io.backupmx.testing.Behaviour.delay;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.HostPort;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.Manner;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TlsDemand;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is not connected to: ourselves; and those that were silent lately, as long as there are others. */
class RouteConnectorGuardsIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Script WE = Script.acceptAll().on(Phase.EHLO, say("250 Backup.Example. at your service"));

    private final int port = Ports.free();
    private final ScriptedPrimary first = ScriptedPrimary.on("127.0.0.2", port);
    private final ScriptedPrimary second = ScriptedPrimary.on("127.0.0.3", port);
    private final AtomicLong nanos = new AtomicLong();
    private final Vertx vertx = Vertx.vertx();
    private final SmtpClient client = new SmtpClient(
            vertx,
            new SmtpClientOptions(Domain.of("backup.example"), LONG, SILENCE, LONG, LONG, LONG, LONG, LONG, LONG));
    private final AddressResolver resolver = new AddressResolver(
            host -> IntStream.range(0, 20)
                    .mapToObj(i -> InetAddress.ofLiteral("127.0.1." + (i + 1)))
                    .toArray(InetAddress[]::new),
            domain -> new MailHosts.Found(
                    "both", List.of(exchanger(10, "a.example", "127.0.0.2"), exchanger(20, "b.example", "127.0.0.3"))));
    private final RouteConnector connector = connector(OwnDoors.none());

    private static MailHost exchanger(int preference, String name, String address) {
        return new MailHost(preference, name, List.of(InetAddress.ofLiteral(address)));
    }

    private RouteConnector connector(OwnDoors doors) {
        return new RouteConnector(
                client,
                resolver,
                doors,
                (_, _) -> new TlsDemand.Opportunistic(),
                new RouteConnector.Timeouts(LONG, Duration.ofSeconds(2)),
                hop -> new Manner(hop.protocol(), Optional.empty()),
                new FailedLately<>(SILENCE.dividedBy(2), nanos::get));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        resolver.close();
        first.close();
        second.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private NextHop a() {
        return new NextHop("127.0.0.2", port);
    }

    private Route both() {
        return Route.to(List.of(a(), new NextHop("127.0.0.3", port)));
    }

    private NextHop exchangers() {
        return new NextHop("mail.example", port, true);
    }

    @Test
    void anAddressOfOursIsNotConnectedTo() {
        first.start();
        second.start();
        RouteConnector guarded = connector(
                new OwnDoors(List.of(new HostPort("127.0.0.2", port)), Set.of(), 25, InetAddress::isLoopbackAddress));
        ConnectResult.Unreachable here =
                new ConnectResult.Unreachable("127.0.0.2[127.0.0.2]:" + port + " is this server");

        assertThat(guarded.connect(Route.to(a()))).isEqualTo(here);
        assertThat(guarded.probe(a())).isEqualTo(here);
        assertThat(peer(guarded.connect(both()))).contains("127.0.0.3");
        assertThat(peer(guarded.probe(both()))).contains("127.0.0.3");
        assertThat(guarded.connect(Route.to(exchangers())).toString())
                .as("behind an exchanger that is we nobody gets mail")
                .contains("a.example[127.0.0.2]:" + port + " is this server");
        assertThat(first.connections()).isZero();
        assertThat(second.connections()).isEqualTo(2);
    }

    @Test
    void aHostThatGoesByOurNameIsNotThePrimary() {
        first.play(WE).start();
        second.start();

        for (ConnectResult result : List.of(connector.connect(Route.to(a())), connector.probe(a()))) {
            assertThat(result)
                    .isEqualTo(new ConnectResult.Unhealthy(
                            "127.0.0.2[127.0.0.2]:" + port + " is this server: it answers EHLO with our own name",
                            false));
        }
        assertThat(peer(connector.connect(both()))).contains("127.0.0.3");
        assertThat(peer(connector.probe(both()))).contains("127.0.0.3");
        first.awaitIdle(LONG);
    }

    /** A mailbox server may be on the machine whose name we have. */
    @Test
    void whoSpeaksLmtpIsNotWe() {
        first.play(WE).start();

        assertThat(peer(connector.connect(Route.to(new NextHop("127.0.0.2", port, false, MailProtocol.LMTP)))))
                .contains("127.0.0.2");
    }

    @Test
    void behindAnExchangerOfOurNameNobodyGetsMailNotEvenWhenItAnswersLater() {
        first.play(WE.on(Phase.CONNECT, delay(Duration.ofMillis(200), say("220 late"))))
                .start();
        second.start();

        assertThat(connector.probe(exchangers()).toString()).contains("a.example", "is this server");
        assertThat(connector.connect(Route.to(exchangers())).toString()).contains("a.example", "is this server");
        second.awaitIdle(LONG);
        assertThat(second.transactions()).isZero();
    }

    @Test
    void anExchangerBehindADeadOneIsFound() {
        second.start();
        assertThat(peer(connector.probe(exchangers()))).contains("b.example");
        assertThat(peer(connector.connect(Route.to(exchangers())))).contains("b.example");
    }

    @Test
    void whoWasSilentLatelyIsAskedLastUntilALookFindsItBack() {
        first.play(Script.acceptAll().on(Phase.CONNECT, hang())).start();
        second.start();
        assertThat(peer(connector.connect(both()))).contains("127.0.0.3");
        assertThat(peer(connector.connect(both()))).contains("127.0.0.3");
        assertThat(first.connections()).isEqualTo(1);

        first.play(Script.acceptAll());
        nanos.addAndGet(FailedLately.FIRST_LOOK.toNanos());
        assertThat(peer(connector.connect(both())))
                .as("nobody waits for the look")
                .contains("127.0.0.3");

        await().atMost(LONG).until(() -> peer(connector.connect(both())).contains("127.0.0.2"));
    }

    @Test
    void whoWasSilentIsAskedAllTheSameWhereThereIsNobodyElse() {
        first.play(Script.acceptAll().on(Phase.CONNECT, hang())).start();
        assertThat(connector.connect(both())).isInstanceOf(ConnectResult.Unhealthy.class);
        first.play(Script.acceptAll());
        assertThat(peer(connector.connect(both()))).contains("127.0.0.2");
    }

    @Test
    void whoRefusesAtOnceKeepsItsPlace() {
        second.start();
        assertThat(peer(connector.connect(both()))).contains("127.0.0.3");
        first.start();
        assertThat(peer(connector.connect(both()))).contains("127.0.0.2");
    }

    @Test
    void aNextHopOfManyAddressesHidesNoOther() {
        second.start();
        Route many = Route.to(List.of(new NextHop("many.example", port), new NextHop("127.0.0.3", port)));
        assertThat(peer(connector.connect(many))).contains("127.0.0.3");
        assertThat(peer(connector.probe(many))).contains("127.0.0.3");
    }

    private static String peer(ConnectResult result) {
        return result instanceof ConnectResult.Connected(SmtpConnection connection)
                ? connection.peer()
                : result.toString();
    }
}
