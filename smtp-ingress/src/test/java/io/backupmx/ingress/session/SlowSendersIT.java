package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Conversation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many senders of an octet a second each take nothing from one that is as fast as it can be. */
class SlowSendersIT {

    private static final int SLOW = 300;
    private static final int SECONDS = 4;
    private static final byte[] UP_TO_DATA =
            ("EHLO slow.example\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n")
                    .getBytes(StandardCharsets.US_ASCII);

    @Test
    @Timeout(60)
    void aFastSenderDoesNotNoticeManySlowOnes() throws Exception {
        try (TestIngress ingress = new TestIngress(tuning -> {
                    tuning.maxConnectionsPerAddress = 2 * SLOW;
                    tuning.contentHeapBytes = 1 << 20; // which the slow ones use up
                });
                ScheduledExecutorService slowly = Executors.newSingleThreadScheduledExecutor()) {
            List<Socket> slow = new ArrayList<>();
            AtomicInteger octets = new AtomicInteger();
            try {
                for (int i = 0; i < SLOW; i++) {
                    slow.add(new Socket(InetAddress.getLoopbackAddress(), ingress.port()));
                    slow.getLast().getOutputStream().write(UP_TO_DATA);
                }
                slowly.scheduleAtFixedRate(() -> sayOne(slow, octets), 0, 1, TimeUnit.SECONDS);
                Duration slowest = slowestMail(ingress);

                assertThat(octets.get()).isGreaterThanOrEqualTo(SLOW * (SECONDS - 1));
                assertThat(ingress.gauge("backupmx.ingress.content.heap.bytes")).isLessThanOrEqualTo(1 << 20);
                assertThat(slowest).isLessThan(Duration.ofSeconds(1));
            } finally {
                slowly.shutdownNow();
                for (Socket one : slow) {
                    one.close();
                }
                ingress.awaitNothingHeld();
            }
        }
    }

    private static Duration slowestMail(TestIngress ingress) {
        String mail = "C: MAIL FROM:<>\nS: 250 *\nC: RCPT TO:<bob@example.test>\nS: 250 *\nC: DATA\nS: 354 *\nC!: "
                + "b".repeat(4000) + "\\r\\n.\\r\\n\nS: 250 2.0.0 *\n";
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        long slowest = 0;
        try (Conversation fast = ingress.open()) {
            fast.play("S: 220 *\nC: EHLO fast.example\nS: 250 *\n");
            while (System.nanoTime() - end < 0) {
                long began = System.nanoTime();
                fast.play(mail);
                slowest = Math.max(slowest, System.nanoTime() - began);
            }
            assertThat(ingress.gauge("backupmx.ingress.sessions")).isEqualTo(SLOW + 1);
        }
        return Duration.ofNanos(slowest);
    }

    private static void sayOne(List<Socket> slow, AtomicInteger octets) {
        for (Socket one : slow) {
            try {
                one.getOutputStream().write('a');
                octets.incrementAndGet();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
