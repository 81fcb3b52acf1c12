package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.client.ClientNetwork;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FadingCountsTest {

    private static final ClientNetwork ONE = ClientNetwork.of("192.0.2.1");
    private static final ClientNetwork OTHER = ClientNetwork.of("192.0.2.2");

    private long now = Long.MAX_VALUE - 50; // as nanoTime may, it wraps around
    private final FadingCounts counts = new FadingCounts(Duration.ofNanos(100), 5, () -> now);

    @Test
    void everyNetworkHasItsOwnCount() {
        assertThat(counts.add(ONE)).isTrue();
        assertThat(counts.add(ONE)).isTrue();
        assertThat(counts.count(ONE)).isEqualTo(2);
        assertThat(counts.count(OTHER)).isZero();
    }

    @Test
    void aCountFadesByOneInItsTime() {
        counts.add(ONE);
        counts.add(ONE);
        now += 99;
        assertThat(counts.count(ONE)).isEqualTo(2);
        now += 1;
        assertThat(counts.count(ONE)).isEqualTo(1);
        now += 100;
        assertThat(counts.count(ONE)).isZero();
        now += 1_000_000;
        counts.add(ONE);
        assertThat(counts.count(ONE)).as("a long silence is no credit").isEqualTo(1);
    }

    @Test
    void beyondTheMostNothingIsCounted() {
        for (int i = 0; i < 5; i++) {
            assertThat(counts.add(ONE)).isTrue();
        }
        assertThat(counts.add(ONE)).isFalse();
        assertThat(counts.count(ONE)).isEqualTo(5);
        now += 100;
        assertThat(counts.add(ONE)).isTrue();
        assertThat(counts.add(ONE)).isFalse();
    }

    @Test
    void nobodyCanLowerACount() {
        for (int i = 0; i < 5; i++) {
            counts.add(ONE);
        }
        networks(200_000).forEach(counts::add);
        assertThat(counts.add(ONE)).isFalse();
    }

    @Test
    void whoDoesTooMuchHardlyEverRaisesTheCountOfAnother() {
        networks(1000).forEach(network -> {
            for (int i = 0; i < 5; i++) {
                counts.add(network);
            }
        });
        long hurt = LongStream.range(0, 1000)
                .mapToObj(ClientNetwork::new)
                .filter(network -> counts.count(network) > 0)
                .count();
        assertThat(hurt).isLessThan(10);
    }

    /** ADR 0024's figure: one in two hundred. */
    @Test
    void tenThousandWhoDoTooMuchRaiseFewCounts() {
        networks(10_000).forEach(network -> {
            for (int i = 0; i < 5; i++) {
                counts.add(network);
            }
        });
        long hurt = LongStream.range(0, 100_000)
                .mapToObj(ClientNetwork::new)
                .filter(network -> counts.count(network) == 5)
                .count();
        assertThat(hurt).isBetween(250L, 1000L);
    }

    private static Stream<ClientNetwork> networks(int count) {
        return LongStream.range(0, count).mapToObj(i -> new ClientNetwork(0x2001_0db8_0000_0000L + i));
    }
}
