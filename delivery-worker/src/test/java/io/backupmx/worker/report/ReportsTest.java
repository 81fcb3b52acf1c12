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
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReportsTest {

    private static final SpoolQueue FAILURES = new SpoolQueue.Reports(ReportKind.FAILED);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final FakeSpool spool = new FakeSpool();

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
            double toldSoFar = rateLimited();
            Wishes now = reports.wishes(mail);
            assertThat(now.ifFailed(bob)).isFalse();
            assertThat(now.ifFailed(carol)).isFalse();
            assertThat(rateLimited()).as("one mail").isEqualTo(toldSoFar + 1);
            assertThat(now.ifRelayed(Samples.notifiedOf("SUCCESS", "bob@example.test")))
                    .as("another kind")
                    .isTrue();
        }
    }

    private double rateLimited() {
        return metrics.get("backupmx.reports")
                .tags("outcome", "rate_limited", "kind", "failed")
                .counter()
                .count();
    }

    private Reports reports() {
        Config config =
                ConfigLoader.load(Optional.empty(), Map.of(), Map.of("domains.example.test", "mx.example.test"));
        RelayTables tables = RelayTablesLoader.load(config);
        return new Reports(
                Samples.HOSTNAME,
                config,
                tables,
                new RetrySchedules(config.retry(), tables, new Random(1)),
                new Unread(),
                spool,
                InstantSource.system(),
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
