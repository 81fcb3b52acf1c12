package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static io.backupmx.worker.delivery.WorkerRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.Route;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Routes that come and go while the worker runs. */
class ReplacedTablesIT {

    private final ScriptedPrimary first = ScriptedPrimary.started();
    private final ScriptedPrimary second = ScriptedPrimary.started();
    private final Route one = WorkerRig.route(first.port());
    private final Route other = WorkerRig.route(second.port());

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    @Test
    void mailOfANewRouteIsDelivered() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), first.port())) {
            rig.configure(one, other);
            rig.spool().store(other, Mails.envelope("a@x.test"), text("x\r\n"));

            second.awaitMails(1, LONG);
            assertThat(rig.worker().routes()).extracting(RouteStatus::route).containsExactly(one, other);
        }
    }

    @Test
    void mailThatWaitedForARouteNobodyKnewIsDelivered() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), first.port())) {
            rig.spool().store(other, Mails.envelope("a@x.test"), text("x\r\n"));
            await().atMost(LONG).until(() -> rig.worker().routes().size() == 2);
            assertThat(rig.worker().routes().getLast().state()).isEqualTo(RouteStatus.State.GONE);

            rig.configure(one, other);

            second.awaitMails(1, LONG);
        }
    }

    @Test
    void mailOfARouteThatIsGoneWaitsAndGoesWhenItIsBack() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), first.port(), second.port())) {
            rig.configure(one);
            rig.spool().store(other, Mails.envelope("a@x.test"), text("x\r\n"));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(rig.worker().routes())
                            .filteredOn(status -> status.route().equals(other))
                            .extracting(RouteStatus::reason)
                            .containsExactly("its route is in no configuration any more"));
            assertThat(second.mails()).isEmpty();
            assertThat(rig.spool().waiting(other)).hasSize(1);

            rig.configure(one, other);

            second.awaitMails(1, LONG);
            await().atMost(LONG).until(() -> rig.spool().waiting(other).isEmpty());
        }
    }

    /** Connections of before take no more mail, and whether the primary is there is found out by what is demanded now. */
    @Test
    void whatIsDemandedOfConnectionsHoldsFromNowOn() {
        try (WorkerRig rig = new WorkerRig(
                Settings.usual().withReuse(LONG, 1000).withProbes(Duration.ofSeconds(1), Duration.ofMillis(500)),
                first.port())) {
            rig.store("a@x.test");
            first.awaitMails(1, LONG);
            await().atMost(LONG).until(() -> rig.worker().inFlight().isEmpty());

            rig.configure(TlsLevel.REQUIRED, one);
            rig.store("b@x.test");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(rig.status().reason()).contains("does not offer STARTTLS"));
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.DOWN);
            int connections = first.connections();
            await().atMost(LONG).until(() -> first.connections() > connections + 1);
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.DOWN);
            assertThat(first.mails()).hasSize(1);

            rig.configure(TlsLevel.OPPORTUNISTIC, one);
            first.awaitMails(2, LONG);
        }
    }

    /** A process that lives long sees many. */
    @Test
    void nothingIsLeftOfARouteThatIsGone() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (WorkerRig rig = new WorkerRig(Settings.usual(), metrics, first.port(), second.port())) {
            rig.spool().store(other, Mails.envelope("a@x.test"), text("x\r\n"));
            second.awaitMails(1, LONG);
            await().atMost(LONG).until(() -> rig.worker().inFlight().isEmpty());
            assertThat(metersOf(other, metrics)).isNotEmpty();

            rig.configure(one);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(metersOf(other, metrics)).isEmpty());

            rig.configure(one, other);
            rig.spool().store(other, Mails.envelope("b@x.test"), text("x\r\n"));
            second.awaitMails(2, LONG);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(metersOf(other, metrics)).isNotEmpty());
        }
    }

    private static List<Meter> metersOf(Route route, MeterRegistry metrics) {
        return metrics.getMeters().stream()
                .filter(meter -> route.toString().equals(meter.getId().getTag("next_hop")))
                .toList();
    }

    @Test
    void whatIsBeingDeliveredEndsWhenItsRouteGoes() {
        second.play(Script.acceptAll().on(Phase.DOT, Behaviour.delay(Duration.ofSeconds(1), Behaviour.accept())));
        try (WorkerRig rig = new WorkerRig(Settings.usual(), first.port(), second.port())) {
            rig.spool().store(other, Mails.envelope("a@x.test"), text("x\r\n"));
            await().atMost(LONG).until(() -> !rig.worker().inFlight().isEmpty());

            rig.configure(one);

            second.awaitMails(1, LONG);
            await().atMost(LONG).until(() -> rig.worker().inFlight().isEmpty());
            assertThat(rig.spool().waiting(other)).isEmpty();
            assertThat(rig.spool().deferred()).isEmpty();
        }
    }
}
