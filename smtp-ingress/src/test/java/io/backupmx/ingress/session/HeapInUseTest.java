package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeapInUseTest {

    private int left;
    private int leftByNext;
    private int collections;
    private long now = Long.MAX_VALUE - 50; // as nanoTime may, it wraps around
    private final HeapInUse heap = new HeapInUse(90, () -> left, this::collect, () -> now);

    private void collect() {
        collections++;
        left = leftByNext;
    }

    @Test
    void itIsTooMuchAboveTheLimit() {
        left = 90;
        heap.look();
        assertThat(heap.isTooMuch()).isFalse();
        left = 91;
        heap.look();
        assertThat(heap.isTooMuch()).isTrue();
        left = 50;
        heap.look();
        assertThat(heap.isTooMuch()).isFalse();
        assertThat(collections).isZero();
    }

    /** Nobody comes, so nothing else would ever collect. */
    @Test
    void itIsLookedForWhatIsLeftNowAndThen() {
        left = 95;
        leftByNext = 94;
        heap.look();
        now += Duration.ofSeconds(19).toNanos();
        heap.look();
        assertThat(collections).isZero();
        now += Duration.ofSeconds(1).toNanos();
        heap.look();
        assertThat(collections).isOne();
        assertThat(heap.isTooMuch()).isTrue();
        heap.look();
        assertThat(collections).isOne();
        leftByNext = 20;
        now += Duration.ofSeconds(20).toNanos();
        heap.look();
        assertThat(heap.isTooMuch()).isFalse();
    }

    @Test
    void thisProcessHasRoom() {
        HeapInUse ours = HeapInUse.ofThisProcess(90);
        ours.look();
        assertThat(ours.isTooMuch()).isFalse();
    }
}
