package io.backupmx.worker.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigLoader;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.TestDuties;
import io.backupmx.worker.admin.FakeSpool;
import io.backupmx.worker.admin.SampleMail;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is deleted, why, and by whom; each stored mail counts 1000 bytes with the broker. */
class FailedRetentionTest {

    private static final SpoolQueue FAILED = new SpoolQueue.Failed();
    private static final SpoolQueue DEAD = new SpoolQueue.DeadLetter();
    private static final OptionalLong LARGE_DISK = OptionalLong.of(1L << 40);

    private final FakeSpool spool = new FakeSpool();
    private final TestDuties duties = new TestDuties();
    private final RoomLosses losses = new RoomLosses();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Instant now = SampleMail.ARRIVAL;

    @Test
    void whatFailedLongerAgoThanTheRetentionGoes() throws Exception {
        put(FAILED, 3);
        put(DEAD, 1);
        now = SampleMail.ARRIVAL.plus(Duration.ofDays(14)).minusSeconds(1);
        run(LARGE_DISK);
        assertThat(spool.mailsOn(FAILED)).hasSize(3);

        now = now.plusSeconds(1);
        duties.doesAll(false);
        run(LARGE_DISK);
        assertThat(spool.mailsOn(FAILED)).as("another worker's to delete").hasSize(3);

        duties.doesAll(true);
        run(LARGE_DISK);
        assertThat(spool.mailsOn(FAILED)).isEmpty();
        assertThat(spool.mailsOn(DEAD)).isEmpty();
        assertThat(removed("retention")).isEqualTo(4);
        assertThat(losses.pending().mails()).isZero();
    }

    @Test
    void theOldestGoForAsLongAsAllTakeMoreThanTheirShare() throws Exception {
        put(FAILED, 10);
        run(OptionalLong.of(50_000));
        assertThat(spool.mailsOn(FAILED)).as("10 000 are a fifth of 50 000").hasSize(10);

        run(OptionalLong.of(38_000)); // 2400 too many: two mails, by what each has beside its content

        assertThat(spool.mailsOn(FAILED))
                .extracting(mail -> mail.envelope().queueId())
                .first()
                .isEqualTo(SampleMail.id(2));
        assertThat(removed("no_room")).isEqualTo(2);
        assertThat(removed("retention")).isZero();
        assertThat(losses.pending()).isEqualTo(new RoomLosses.Lost(2, 2 * (1234 + Pruning.OVERHEAD_BYTES)));
    }

    @Test
    void aDiskThatIsNotSeenCountsOnlyWhenItIsFull() throws Exception {
        put(FAILED, 10);
        put(SampleMail.ON_ROUTE, 10);
        run(OptionalLong.empty(), "spool.intake_limit_percent", "26"); // the broker says 25
        assertThat(spool.mailsOn(FAILED)).hasSize(10);

        run(OptionalLong.empty(), "spool.intake_limit_percent", "25"); // 6000 more than a fifth of all

        assertThat(spool.mailsOn(FAILED)).hasSize(7);
        assertThat(spool.mailsOn(SampleMail.ON_ROUTE)).hasSize(10);
    }

    @Test
    void aClockThatJumpsDeletesSoMuchAnHourOnly() throws Exception {
        put(FAILED, AgeBudget.MAX_IN_A_WINDOW + 5);
        now = SampleMail.ARRIVAL.plus(Duration.ofDays(10_000));
        FailedRetention retention = retention(LARGE_DISK);

        run(retention);
        run(retention);

        assertThat(spool.mailsOn(FAILED)).hasSize(5);
    }

    @Test
    void aClockThatWasAheadKeepsNothingElse() throws Exception {
        put(FAILED, 3);
        spool.failedAt(mail -> mail.envelope().queueId().equals(SampleMail.id(0))
                ? SampleMail.ARRIVAL.plus(Duration.ofDays(400))
                : SampleMail.ARRIVAL);
        now = SampleMail.ARRIVAL.plus(Duration.ofDays(14));

        run(LARGE_DISK);
        assertThat(spool.mailsOn(FAILED))
                .extracting(mail -> mail.envelope().queueId())
                .containsExactly(SampleMail.id(0));

        now = SampleMail.ARRIVAL.plus(Duration.ofDays(30 + 14)).minusSeconds(1);
        run(LARGE_DISK);
        assertThat(spool.mailsOn(FAILED)).hasSize(1);
        now = now.plusSeconds(1);
        run(LARGE_DISK);
        assertThat(spool.mailsOn(FAILED))
                .as("at the latest it failed when it had had its time")
                .isEmpty();
    }

    @Test
    void theBudgetIsNewEachHour() {
        long[] nanos = {7};
        AgeBudget budget = new AgeBudget(() -> nanos[0]);
        assertThat(IntStream.range(0, 2000).filter(_ -> budget.take()).count()).isEqualTo(AgeBudget.MAX_IN_A_WINDOW);
        nanos[0] += Duration.ofHours(1).toNanos() - 1;
        assertThat(budget.take()).isFalse();
        nanos[0]++;
        assertThat(budget.take()).isTrue();
    }

    private double removed(String reason) {
        return metrics.get("backupmx.failed.removed")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private void put(SpoolQueue queue, int mails) {
        spool.put(
                queue,
                IntStream.range(0, mails).mapToObj(i -> SampleMail.on(queue, i)).toArray(ListedMail[]::new));
    }

    private void run(OptionalLong disk, String... setting) throws Exception {
        run(retention(disk, setting));
    }

    private FailedRetention retention(OptionalLong disk, String... setting) {
        Map<String, String> settings = new HashMap<>(Map.of("domains.example.org", "mx.example.org"));
        if (setting.length > 0) {
            settings.put(setting[0], setting[1]);
        }
        Config config = ConfigLoader.load(Optional.empty(), Map.of(), settings);
        return new FailedRetention(config, spool, spool, duties, () -> disk, () -> now, losses, metrics);
    }

    private static void run(FailedRetention retention) throws Exception {
        Throwable[] failure = {null};
        Thread thread = Thread.ofVirtual().unstarted(retention::run);
        thread.setUncaughtExceptionHandler((_, e) -> failure[0] = e);
        thread.start();
        assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        assertThat(failure[0]).isNull();
    }
}
