package io.backupmx.worker.gate;

import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.routing.AddressResolver;
import io.backupmx.routing.MailHosts;
import io.backupmx.routing.OwnDoors;
import io.backupmx.routing.RouteConnector;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TlsDemand;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With a host that comes back. */
class ProbersIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration OFTEN = Duration.ofMillis(50);

    private final Vertx vertx = Vertx.vertx();
    private final SmtpClient client = new SmtpClient(
            vertx, new SmtpClientOptions(Domain.of("backup.example"), LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG));
    private final AddressResolver resolver = new AddressResolver(domain -> new MailHosts.NotNow("nobody is asked"));
    private final RouteConnector connector = new RouteConnector(
            client,
            resolver,
            OwnDoors.none(),
            (_, _) -> new TlsDemand.Opportunistic(),
            new RouteConnector.Timeouts(LONG, Duration.ofSeconds(2)));
    private final Probers probers = new Probers(
            connector::probe,
            new ProbeSchedule(OFTEN, OFTEN, OFTEN, OFTEN),
            () -> 1000,
            () -> 0,
            InstantSource.system());
    private final ScriptedPrimary primary = ScriptedPrimary.started();
    private final List<Optional<SmtpConnection>> answers = new CopyOnWriteArrayList<>();
    private final List<Trouble> failures = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        probers.close();
        client.close();
        resolver.close();
        primary.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void allRoutesOfAHostHearThatItIsBackAndOneGetsTheConnection() {
        primary.play(Script.acceptAll().on(Phase.CONNECT, say("421 Not yet")));
        NextHop back = new NextHop("127.0.0.1", primary.port());
        NextHop dead = new NextHop("127.0.0.1", Ports.free());
        for (Route route : List.of(Route.to(back), Route.to(List.of(dead, back)))) {
            probers.start(route, down(), listener());
        }
        await().atMost(LONG).until(() -> failures.size() >= 4);
        assertThat(failures).allMatch(trouble -> trouble.kind() == Trouble.Kind.UNHEALTHY);
        primary.play(Script.acceptAll());
        await().atMost(LONG).until(() -> answers.size() == 2);
        assertThat(answers.stream().flatMap(Optional::stream)).hasSize(1).allMatch(SmtpConnection::isUsable);
        int connections = primary.connections();
        answers.stream().flatMap(Optional::stream).forEach(SmtpConnection::quit);
        primary.awaitIdle(LONG);
        probers.flush(); // nobody is down any more
        assertThat(primary.connections()).isEqualTo(connections);
    }

    private static GateState.Down down() {
        return new GateState.Down(Instant.now(), new Trouble(Trouble.Kind.NO_ANSWER, "refused"), 0, 20);
    }

    private Probers.Listener listener() {
        return new Probers.Listener() {
            @Override
            public void answered(Optional<SmtpConnection> connection) {
                answers.add(connection);
            }

            @Override
            public void failed(Trouble trouble, Instant next) {
                failures.add(trouble);
            }
        };
    }
}
