package io.backupmx.worker.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigLoader;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.route.RelayTables;
import io.backupmx.route.RelayTablesLoader;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.worker.admin.FakeSpool;
import io.backupmx.worker.admin.SampleMail;
import io.backupmx.worker.dsn.Samples;
import io.backupmx.worker.schedule.RetrySchedules;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReportsTest {

    private static final SpoolQueue FAILURES = new SpoolQueue.Reports(ReportKind.FAILED);
    private static final SpoolQueue DELAYS = new SpoolQueue.Reports(ReportKind.DELAYED);
    private static final Duration LIMIT = Duration.ofHours(4);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final FakeSpool spool = new FakeSpool();
    private Instant now = Samples.ARRIVED.plus(LIMIT);

    @Test
    void whatFailsWhileTooMuchWaitsToBeDecidedIsFailedMailAtOnce() {
        Recipient bob = Samples.recipient("bob@example.test");
        Recipient carol = Samples.recipient("carol@example.test");
        Envelope mail = Samples.from("alice@client.example", bob, carol);
        try (Reports reports = reports()) {
            Wishes before = reports.wishes(mail);
            assertThat(before.ifFailed(bob)).isTrue();
            spool.put(
                    FAILURES,
                    Collections.nCopies((int) Backlog.MAX_MAILS, SampleMail.on(FAILURES, 1))
                            .toArray(ListedMail[]::new));

            reports.start();

            await().until(() ->
                    !reports.wishes(Samples.from("eve@client.example", bob)).ifFailed(bob));
            double toldSoFar = rateLimited("failed");
            Wishes after = reports.wishes(mail);
            assertThat(after.ifFailed(bob)).isFalse();
            assertThat(after.ifFailed(carol)).isFalse();
            assertThat(rateLimited("failed")).as("one mail").isEqualTo(toldSoFar + 1);
            assertThat(after.ifRelayed(Samples.notifiedOf("SUCCESS", "bob@example.test")))
                    .as("another kind")
                    .isTrue();
        }
    }

    @Test
    void ofADelayIsToHearWhoWantsToOnceTheMailIsOldEnough() {
        Recipient bob = Samples.recipient("bob@example.test");
        Recipient never = Samples.notifiedOf("NEVER", "never@example.test");
        Envelope mail = Samples.from("alice@client.example", bob, never);
        try (Reports reports = reports()) {
            now = Samples.ARRIVED.plus(LIMIT).minusSeconds(1);
            assertThat(reports.wishes(mail).ifDelayed(bob)).isFalse();

            now = Samples.ARRIVED.plus(LIMIT);
            Wishes wishes = reports.wishes(mail);
            assertThat(wishes.ifDelayed(bob)).isTrue();
            assertThat(wishes.ifDelayed(never)).isFalse();
            assertThat(reports.wishes(mail.withDelayReported()).ifDelayed(bob))
                    .as("once")
                    .isFalse();
        }
    }

    @Test
    void whatIsDelayedWhileTooManyDelaysWaitToBeDecidedIsNotTold() {
        Recipient bob = Samples.recipient("bob@example.test");
        Envelope mail = Samples.from("alice@client.example", bob);
        try (Reports reports = reports()) {
            assertThat(reports.wishes(mail).ifDelayed(bob)).isTrue();
            spool.put(
                    DELAYS,
                    Collections.nCopies((int) Backlog.MAX_MAILS, SampleMail.on(DELAYS, 1))
                            .toArray(ListedMail[]::new));

            reports.start();

            await().until(() -> !reports.wishes(mail).ifDelayed(bob));
            assertThat(rateLimited("delayed")).isPositive();
            assertThat(reports.wishes(mail).ifFailed(bob)).as("another kind").isTrue();
        }
    }

    private double rateLimited(String kind) {
        return metrics.get("backupmx.reports")
                .tags("outcome", "rate_limited", "kind", kind)
                .counter()
                .count();
    }

    private Reports reports() {
        Config config = ConfigLoader.load(
                Optional.empty(),
                Map.of(),
                Map.of("domains.example.test", "mx.example.test", "reports.delay_warning", LIMIT.toHours() + "h"));
        RelayTables tables = RelayTablesLoader.load(config);
        return new Reports(
                Samples.HOSTNAME,
                config,
                tables,
                new RetrySchedules(config.retry(), tables, new Random(1)),
                new Unread(),
                spool,
                () -> now,
                metrics);
    }

    /** Nobody gets to it, for every place is taken. */
    private static final class Unread implements SpoolReader {

        @Override
        public Feed feed(SpoolQueue.Reports queue, Taker taker) {
            return new Feed() {
                @Override
                public void wake() {}

                @Override
                public void close(Duration grace) {}
            };
        }

        @Override
        public Feed feed(SpoolQueue.ForRoute queue, Taker taker) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DelayFeed feed(SpoolQueue.Retry queue, Places places) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AutoCloseable watch(Consumer<Set<SpoolQueue.ForRoute>> listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
