package io.backupmx.worker.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.worker.RouteStatus;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A route whose destinations have the trouble, and not it. */
class UngatedTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Trouble TROUBLE = new Trouble(Trouble.Kind.NO_ANSWER, "Connection refused");

    private final GateRules rules = GateRules.of(20, Duration.ofSeconds(5));
    private final GateState up = rules.initial(NOW);

    @Test
    void noTroubleShutsIt() {
        GateEvent met = new GateEvent.Met(TROUBLE, 0);
        assertThat(rules.ungated(up, met, NOW)).isEqualTo(up);
        assertThat(rules.after(up, met, NOW)).isInstanceOf(GateState.Down.class);
        assertThat(rules.ungated(up, new GateEvent.RefusedAll("554 no"), NOW)).isEqualTo(up);
    }

    @Test
    void anOperatorHoldsIt() {
        GateState held = rules.ungated(up, new GateEvent.Hold("enough"), NOW);

        assertThat(rules.name(held)).isEqualTo(RouteStatus.State.HELD);
        assertThat(rules.reason(held)).isEqualTo("enough");
        assertThat(rules.ungated(held, new GateEvent.Delivered(1), NOW)).isEqualTo(held);
    }

    @Test
    void afterwardsItIsUpAtOnce() {
        GateState held = rules.ungated(up, new GateEvent.Hold("enough"), NOW);

        GateState released = rules.ungated(held, new GateEvent.Release(), NOW);

        assertThat(released).isEqualTo(rules.initial(NOW));
        assertThat(rules.ungated(released, new GateEvent.Release(), NOW.plusSeconds(1)))
                .isEqualTo(released);
    }
}
