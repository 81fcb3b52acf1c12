package io.backupmx.worker.gate;

import static io.backupmx.worker.RouteStatus.State.DOWN;
import static io.backupmx.worker.RouteStatus.State.RAMP;
import static io.backupmx.worker.RouteStatus.State.THROTTLED;
import static io.backupmx.worker.RouteStatus.State.UP;
import static io.backupmx.worker.gate.GateSubject.MAX;
import static io.backupmx.worker.gate.GateSubject.REFUSED;
import static io.backupmx.worker.gate.GateSubject.SICK;
import static io.backupmx.worker.gate.GateSubject.STEP;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RampTest {

    private static final GateEvent SLOW = new GateEvent.Slow("RCPT took 20 s");

    private final GateSubject gate = new GateSubject().met(REFUSED, 0).answered();

    @Test
    void itDoublesWithAsManyDeliveriesAsItHasConnections() {
        for (int connections : new int[] {1, 2, 4, 8, 16}) {
            gate.delivered(connections - 1).is(RAMP).has(connections);
            gate.after(STEP.multipliedBy(100)).has(connections); // time alone proves nothing
            gate.delivered(1);
        }
        gate.is(UP).has(MAX);
    }

    @Test
    void oneReportDoublesOnce() {
        gate.delivered(1000).has(2).delivered(1000).has(4);
    }

    @Test
    void aSetbackHalvesOnceInAWindow() {
        at8().tempFailed(1).has(4).tempFailed(2).met(SICK, 5).happens(SLOW).has(4);
        gate.delivered(4).is(RAMP).has(8).happens(SLOW).has(4);
    }

    @Test
    void theDeliveriesBeforeASetbackDoNotCount() {
        at8().delivered(7).happens(SLOW).has(4).delivered(3).has(4).delivered(1).has(8);
    }

    @Test
    void oneConnectionIsNeverHalved() {
        gate.happens(SLOW).has(1).delivered(1).has(2);
    }

    @Test
    void whatALivingHostRefusesBesideOthersIsHowFarItGoes() {
        gate.delivered(1).delivered(2).met(SICK, 3).has(2).delivered(2).is(UP).has(3);
        gate.after(STEP).has(4);
    }

    @Test
    void aRouteThatTookNoMoreBesideOthersComesBackToTheirNumber() {
        GateSubject other = new GateSubject().met(REFUSED, 3).answered();
        other.delivered(1).has(2).delivered(2).is(UP).has(3).after(STEP).has(4);
    }

    @Test
    void aRouteOfOneConnectionIsUpWithItsFirstDelivery() {
        GateSubject one = new GateSubject(1).met(REFUSED, 0).answered().is(RAMP).has(1);
        one.delivered(1).is(UP).has(1);
    }

    @Test
    void troubleWithNothingLeftIsARelapse() {
        gate.met(SICK, 0).is(DOWN).answered().met(REFUSED, 1).is(DOWN);
    }

    @Test
    void twoLostContentsAreARelapse() {
        gate.lost(1).is(RAMP).lost(2).is(DOWN);
    }

    @Test
    void fiveDifferentMailsDeferredAreARelapse() {
        gate.tempFailed(1, 2, 3, 4)
                .is(RAMP)
                .tempFailed(4)
                .is(RAMP)
                .tempFailed(5)
                .is(THROTTLED);
    }

    @Test
    void itSaysWhatWasWrongBefore() {
        assertThat(gate.rules().reason(gate.state())).isEqualTo(REFUSED.why());
    }

    private GateSubject at8() {
        return gate.delivered(1).delivered(2).delivered(4).has(8);
    }
}
