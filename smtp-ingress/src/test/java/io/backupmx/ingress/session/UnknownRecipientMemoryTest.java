package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.ClientLimitsConfig;
import io.backupmx.ingress.client.ClientNetwork;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UnknownRecipientMemoryTest {

    private static final Optional<ClientNetwork> CLIENT = Optional.of(ClientNetwork.of("192.0.2.1"));

    private long now;
    private final UnknownRecipientMemory memory = memory(Duration.ofSeconds(2));

    private UnknownRecipientMemory memory(Duration delay) {
        return new UnknownRecipientMemory(new ClientLimitsConfig(0, 0, 0, 2, delay, Duration.ofSeconds(5)), () -> now);
    }

    @Test
    void eachBeyondTheFirstWaitsLongerUpToTheLongestWait() {
        assertThat(seconds(1)).isZero();
        assertThat(seconds(2)).isZero();
        assertThat(seconds(3)).isEqualTo(2);
        assertThat(seconds(4)).isEqualTo(4);
        assertThat(seconds(5)).isEqualTo(5);
        assertThat(seconds(6)).isEqualTo(5);
    }

    @Test
    void aNewSessionDoesNotStartAnew() {
        for (int i = 1; i <= 4; i++) {
            seconds(i);
        }
        assertThat(seconds(1)).isEqualTo(5);
    }

    @Test
    void oneIsForgottenInAMinute() {
        for (int i = 1; i <= 4; i++) {
            seconds(i);
        }
        now += Duration.ofMinutes(4).toNanos();
        assertThat(seconds(1)).isZero();
    }

    @Test
    void anHourOfSilenceForgivesWhateverThereWas() {
        for (int i = 1; i <= 1000; i++) {
            seconds(i);
        }
        now += Duration.ofMinutes(62).toNanos();
        assertThat(seconds(1)).isZero();
    }

    @Test
    void whoseAddressSaysNothingIsJudgedByHisSession() {
        assertThat(memory.delay(Optional.empty(), 3)).isEqualTo(Duration.ofSeconds(2));
        assertThat(memory.delay(Optional.empty(), 1)).isZero();
    }

    @Test
    void nobodyWaitsWhereNothingIsToBeWaitedFor() {
        assertThat(memory(Duration.ZERO).delay(CLIENT, 100)).isZero();
    }

    private long seconds(int ofSession) {
        return memory.delay(CLIENT, ofSession).toSeconds();
    }
}
