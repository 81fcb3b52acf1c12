package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AlarmIT {

    private final BlockingQueue<Long> rings = new LinkedBlockingQueue<>();
    private final Vertx vertx = Vertx.vertx();
    private final Alarm alarm = new Alarm(vertx.getOrCreateContext(), () -> rings.add(System.nanoTime()));

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void itRingsOnceAndNeverEarly() throws Exception {
        long at = in(100);
        alarm.setTo(at);
        assertThat(ring() - at).isBetween(0L, Duration.ofSeconds(5).toNanos());
        assertThat(rings.poll(150, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void aShorterPatienceThanTheOneBeforeIsKept() throws Exception {
        alarm.setTo(in(60_000));
        alarm.off();
        long at = in(100);
        alarm.setTo(at);
        assertThat(ring() - at).isBetween(0L, Duration.ofSeconds(5).toNanos());
    }

    @Test
    void aLongerPatienceThanTheOneBeforeIsKept() throws Exception {
        alarm.setTo(in(50));
        alarm.off();
        long at = in(300);
        alarm.setTo(at);
        assertThat(ring() - at).isBetween(0L, Duration.ofSeconds(5).toNanos());
    }

    @Test
    void aWaitThatIsOverIsNotEnded() throws Exception {
        alarm.setTo(in(50));
        alarm.off();
        assertThat(rings.poll(200, TimeUnit.MILLISECONDS)).isNull();
        long at = in(50);
        alarm.setTo(at);
        assertThat(ring()).isGreaterThanOrEqualTo(at);
    }

    private static long in(long millis) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private long ring() throws InterruptedException {
        Long ring = rings.poll(20, TimeUnit.SECONDS);
        if (ring == null) {
            throw new AssertionError("it did not ring within 20 s");
        }
        return ring;
    }
}
