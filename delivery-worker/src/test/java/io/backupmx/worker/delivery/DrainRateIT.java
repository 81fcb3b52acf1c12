package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Ports;
import io.backupmx.testing.SmtpSink;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How fast mail of 4 KiB leaves over 20 connections when nothing but the worker and the peer takes time. */
@Tag("system")
class DrainRateIT {

    private static final Logger LOG = LoggerFactory.getLogger(DrainRateIT.class);

    private static final int MAILS = Integer.getInteger("backupmx.drain.mails", 20_000);

    @Test
    void everyMailReachesTheSink() {
        int port = Ports.free();
        String line = "The quick brown fox jumps over the lazy dog. And again, and again.\r\n";
        String content = "Subject: x\r\n\r\n" + line.repeat(4096 / line.length());
        try (WorkerRig rig = new WorkerRig(Settings.usual(), port)) {
            for (int i = 0; i < MAILS; i++) {
                rig.spool().store(rig.route(), Mails.envelope("a" + i + "@x.test"), WorkerRig.text(content));
            }
            try (SmtpSink sink = SmtpSink.start(port)) {
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> rig.attempts("delivered") >= MAILS / 2.0); // warm
                double already = rig.attempts("delivered");
                long start = System.nanoTime();
                Duration cpuBefore = cpu();
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> rig.attempts("delivered") == MAILS);
                double seconds = (System.nanoTime() - start) / 1e9;
                double cpuMillis = cpu().minus(cpuBefore).toMillis() * 1000.0 / (MAILS - already);
                sink.awaitCount(MAILS, Duration.ofSeconds(5));
                assertThat(sink.count()).isEqualTo(MAILS);
                LOG.warn(
                        "drained {} mails/s, {} ms of CPU for 1000",
                        Math.round((MAILS - already) / seconds),
                        Math.round(cpuMillis));
            }
        }
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
