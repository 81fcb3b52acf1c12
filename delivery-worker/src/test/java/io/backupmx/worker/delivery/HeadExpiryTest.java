package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Envelope;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeadExpiryTest {

    private static final Route ROUTE = WorkerRig.route(2525);
    private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    /** All else has had its time. */
    private record Giving(RelayTables tables) implements HeadExpiry.Ending {

        @Override
        public Optional<Settlement> aside(Envelope envelope) {
            return Redirection.aside(envelope, ROUTE, tables);
        }

        @Override
        public Settlement settlement(Envelope given) {
            return new Settlement.Replace(List.of(new Settlement.Copy.Failed(given)));
        }

        @Override
        public void stored(Settlement settlement) {}
    }

    private HeadExpiry.Head look(InMemorySpool spool) throws InterruptedException {
        return HeadExpiry.look(
                spool,
                new SpoolQueue.ForRoute(ROUTE),
                _ -> Optional.of("given up"),
                new Giving(HeldTables.held(directory, 2525)));
    }

    @Test
    void mailThatIsHeldDoesNotExpireWhileItWaitsForItsPrimary() throws InterruptedException {
        try (InMemorySpool spool = new InMemorySpool()) {
            for (String to : List.of("a@held.test", "b@free.test", "c@held.test")) {
                spool.store(ROUTE, Mails.envelope(OLD, to), WorkerRig.text("x\r\n"));
            }

            assertThat(look(spool)).isEqualTo(HeadExpiry.Head.NONE);
            assertThat(spool.failed())
                    .extracting(mail ->
                            mail.envelope().recipients().getFirst().path().address())
                    .containsExactly("b@free.test");
            assertThat(spool.waiting(new Route.Hold(Domain.of("held.test")))).hasSize(2);
        }
    }

    @Test
    void aQueueWhoseHeadTheSpoolDoesNotSettleIsNotEmpty() throws InterruptedException {
        try (InMemorySpool spool = new InMemorySpool()) {
            spool.store(ROUTE, Mails.envelope(OLD, "b@free.test"), WorkerRig.text("x\r\n"));
            spool.refuseSettlements();

            assertThat(look(spool)).isEqualTo(HeadExpiry.Head.NOT_KNOWN);
            assertThat(spool.waiting(ROUTE)).hasSize(1);
        }
    }
}
