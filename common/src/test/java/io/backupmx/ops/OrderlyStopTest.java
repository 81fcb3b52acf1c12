package io.backupmx.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OrderlyStopTest {

    private static final Duration AMPLE = Duration.ofSeconds(20);

    private final List<String> stopped = new CopyOnWriteArrayList<>();
    private final OrderlyStop stop = new OrderlyStop();

    @Test
    void lastStartedIsStoppedFirst() {
        stop.add("broker", AMPLE, () -> stopped.add("broker"));
        stop.add("worker", AMPLE, () -> stopped.add("worker"));
        stop.add("ingress", AMPLE, () -> stopped.add("ingress"));

        stop.stop();

        assertThat(stopped).containsExactly("ingress", "worker", "broker");
    }

    @Test
    void failingPartDoesNotKeepTheOthersFromStopping() {
        stop.add("broker", AMPLE, () -> stopped.add("broker"));
        stop.add("worker", AMPLE, () -> {
            throw new IllegalStateException("cannot");
        });

        stop.stop();

        assertThat(stopped).containsExactly("broker");
    }

    @Test
    void hangingPartIsLeftBehindWhenItsTimeIsUp() {
        CountDownLatch never = new CountDownLatch(1);
        stop.add("broker", AMPLE, () -> stopped.add("broker"));
        stop.add("worker", Duration.ofMillis(50), never::await);

        stop.stop();

        assertThat(stopped).containsExactly("broker");
        never.countDown();
    }

    @Test
    void secondStopDoesNothing() {
        stop.add("broker", AMPLE, () -> stopped.add("broker"));

        stop.stop();
        stop.stop();

        assertThat(stopped).containsExactly("broker");
    }
}
