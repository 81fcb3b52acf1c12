package io.backupmx.worker.gate;

import static io.backupmx.worker.RouteStatus.State.DOWN;
import static io.backupmx.worker.RouteStatus.State.QUARANTINE;
import static io.backupmx.worker.RouteStatus.State.RAMP;
import static io.backupmx.worker.RouteStatus.State.THROTTLED;
import static io.backupmx.worker.RouteStatus.State.UP;
import static io.backupmx.worker.gate.GateSubject.REFUSED;
import static io.backupmx.worker.gate.GateSubject.SICK;
import static io.backupmx.worker.gate.GateSubject.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottledTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final GateSubject gate = new GateSubject();

    @Test
    void fiveDifferentMailsDeferredInARowThrottle() {
        gate.tempFailed(1, 2, 3, 4).is(UP).tempFailed(5).is(THROTTLED).has(0);
        assertThat(gate.rules().reason(gate.state()))
                .isEqualTo("5 mails in a row were deferred, the last: 452 disk full");
    }

    @Test
    void theSameMailAgainDoesNot() {
        gate.tempFailed(1, 1, 1, 1, 1, 1, 2, 2, 1, 3, 4, 4).is(UP);
    }

    @Test
    void aDeliveryBetweenStartsTheRowAnew() {
        gate.tempFailed(1, 2, 3, 4)
                .delivered(1)
                .tempFailed(5, 6, 7, 8)
                .is(UP)
                .tempFailed(9)
                .is(THROTTLED);
    }

    @Test
    void aRefusalBetweenStartsTheRowAnew() {
        gate.tempFailed(1, 2, 3, 4)
                .happens(refused(9, false))
                .tempFailed(5, 6, 7, 8)
                .is(UP);
    }

    @Test
    void aTrialThatIsDueForTheClockWasSetBackIsDueAfterAHandoverToo() {
        gate.throttled().after(Duration.ofMinutes(-10)).has(1);

        assertThat(gate.rules().connections(gate.restored(), gate.now())).isEqualTo(1);
    }

    @Test
    void oneMailAtATimeIsTriedAtGrowingIntervals() {
        gate.throttled();
        for (int seconds : new int[] {1, 1, 2, 4, 8, 16, 32, 60, 60}) {
            gate.has(0).after(Duration.ofSeconds(seconds).minusMillis(1)).has(0);
            gate.after(Duration.ofMillis(1)).has(1);
            gate.tried().has(0).after(Duration.ofMillis(100)).has(0).tempFailed(7);
        }
        gate.is(THROTTLED);
    }

    @Test
    void whatWasUnderWayIsNoTrial() {
        gate.throttled().tempFailed(201, 202, 203).after(SECOND).has(1);
    }

    @Test
    void aTrialOfWhichNobodyReportsIsGivenUp() {
        gate.throttled().after(SECOND).tried();
        gate.after(gate.rules().trialPatience().minusMillis(1))
                .has(0)
                .after(SECOND)
                .has(1);
    }

    @Test
    void theFirstDeliveryStartsTheRamp() {
        gate.throttled().after(SECOND).tried().delivered(1).is(RAMP).has(1);
        assertThat(gate.isOnProbation()).isTrue();
    }

    @Test
    void aTrialLostOnItsWayIsAFailedOne() {
        gate.throttled()
                .after(SECOND)
                .tried()
                .lost(1)
                .is(THROTTLED)
                .has(0)
                .after(SECOND)
                .has(1);
        gate.tried()
                .lost(1)
                .is(THROTTLED)
                .after(SECOND)
                .has(0)
                .after(SECOND)
                .tried()
                .lost(2)
                .is(DOWN);
    }

    @Test
    void troubleWithNothingLeftIsDown() {
        gate.throttled().met(SICK, 3).is(THROTTLED).met(SICK, 0).is(DOWN);
        new GateSubject().throttled().met(REFUSED, 3).is(DOWN);
        new GateSubject()
                .throttled()
                .happens(new GateEvent.RefusedAll("554 no"))
                .is(DOWN);
    }

    @Test
    void trialsThatAreRefusedAreNotBelieved() {
        gate.throttled();
        assertThat(gate.rules().believesRefusals(gate.state(), gate.now())).isFalse();
        gate.happens(refused(1, true)).happens(refused(2, true)).happens(refused(3, true)); // under way before
        for (int mail : new int[] {1, 2, 3}) {
            gate.is(THROTTLED).after(SECOND).has(1).tried().happens(refused(mail, true));
        }
        gate.is(QUARANTINE);
    }

    @Test
    void flushTriesNowAndOftenAgain() {
        gate.throttled();
        for (int i = 0; i < 10; i++) {
            gate.after(Duration.ofMinutes(1)).tried().tempFailed(i);
        }
        gate.has(0).flushed().has(1).tried().tempFailed(1).has(0).after(SECOND).has(1);
    }
}
