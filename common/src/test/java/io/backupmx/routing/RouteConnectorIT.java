package io.backupmx.routing;

import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TlsDemand;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.vertx.core.Vertx;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouteConnectorIT {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final SmtpClient client = new SmtpClient(
            vertx, new SmtpClientOptions(Domain.of("backup.example"), LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG));
    private final AddressResolver resolver = new AddressResolver(
            host -> {
                throw new UnknownHostException(host);
            },
            domain -> new MailHosts.NotNow("nobody is asked"));
    private final RouteConnector connector = new RouteConnector(
            client,
            resolver,
            OwnDoors.none(),
            (_, _) -> new TlsDemand.Opportunistic(),
            new RouteConnector.Timeouts(LONG, Duration.ofSeconds(2)));

    private final ScriptedPrimary first = ScriptedPrimary.started();
    private final ScriptedPrimary second = ScriptedPrimary.started();

    @AfterEach
    void close() throws Exception {
        client.close();
        resolver.close();
        first.close();
        second.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void nextHopsAreTriedInTheirOrder() {
        assertThat(peer(connector.connect(route(first.port(), second.port())))).endsWith(":" + first.port());
        assertThat(second.connections()).isZero();
    }

    @Test
    void theNextIsTriedWhereOneIsDeadOrRefuses() {
        assertThat(peer(connector.connect(route(Ports.free(), second.port())))).endsWith(":" + second.port());
        first.play(Script.acceptAll().on(Phase.CONNECT, say("554 Not here")));
        assertThat(peer(connector.connect(route(first.port(), second.port())))).endsWith(":" + second.port());
    }

    @Test
    void somebodyUnwellSaysMoreThanNobody() {
        first.play(Script.acceptAll().on(Phase.CONNECT, say("554 Not here")));
        assertThat(connector.connect(route(first.port(), Ports.free()))).isInstanceOf(ConnectResult.Unhealthy.class);
        assertThat(connector.probe(route(first.port(), Ports.free()))).isInstanceOf(ConnectResult.Unhealthy.class);
        assertThat(connector.probe(route(Ports.free(), Ports.free()))).isInstanceOf(ConnectResult.Unreachable.class);
    }

    @Test
    void aProbeDoesNotWaitForTheOneThatHangs() {
        first.play(Script.acceptAll().on(Phase.CONNECT, hang()));
        long start = System.nanoTime();
        assertThat(peer(connector.probe(route(first.port(), second.port())))).endsWith(":" + second.port());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        first.awaitIdle(LONG); // the other connection is not left behind
    }

    @Test
    void aProbeKeepsOneConnectionOnly() {
        ConnectResult result = connector.probe(route(first.port(), second.port()));
        ScriptedPrimary other = peer(result).endsWith(":" + first.port()) ? second : first;
        other.awaitIdle(LONG);
    }

    @Test
    void aHostThatCannotBeResolvedIsUnreachable() {
        Route unknown = Route.to(new NextHop("mx.example", 25));
        assertThat(connector.connect(unknown)).isInstanceOf(ConnectResult.Unreachable.class);
        assertThat(connector.probe(unknown)).isEqualTo(connector.connect(unknown));
        Route half = Route.to(List.of(new NextHop("mx.example", 25), new NextHop("127.0.0.1", second.port())));
        assertThat(peer(connector.connect(half))).endsWith(":" + second.port());
    }

    private static Route route(int... ports) {
        return Route.to(Arrays.stream(ports)
                .mapToObj(port -> new NextHop("127.0.0.1", port))
                .toList());
    }

    private static String peer(ConnectResult result) {
        return result instanceof ConnectResult.Connected(SmtpConnection connection)
                ? connection.peer()
                : result.toString();
    }
}
