package io.backupmx.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LanedWriterTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.org]:25");
    private static final Route OTHER = Route.of("smtp:[mx2.example.org]:25");

    private final Set<Route> shut = new HashSet<>();
    private final List<SpoolEntry> stored = new ArrayList<>();
    private final SpoolWriter spool = new SpoolWriter() {
        @Override
        public Future<Void> store(List<SpoolEntry> entries, Content content) {
            stored.addAll(entries);
            return Future.failedFuture("as the test says");
        }

        @Override
        public Room room() {
            return Room.FULL;
        }
    };
    private final SpoolWriter laned = new LanedWriter(spool, shut::contains);

    private static SpoolEntry entry(Route route) {
        Instant now = Instant.EPOCH;
        return new SpoolEntry(
                route,
                new Envelope(
                        QueueId.next(now, new SplittableRandom(1)),
                        new Arrival(now, "192.0.2.1", "client.example", "ESMTP", Domain.of("mx2.example.org")),
                        new ReversePath.Null(),
                        List.of(Recipient.of(
                                ForwardPath.parse("<alice@example.org>").orElseThrow())),
                        BodyType.EIGHT_BIT_MIME,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        0));
    }

    @Test
    void eachPartOfAMailGoesOntoTheLaneThatItsRoutesGateSaysAtThatMoment() {
        List<SpoolEntry> entries = List.of(entry(ROUTE), entry(OTHER));
        shut.add(OTHER);
        var _ = laned.store(entries, Content.of(new byte[0]));
        assertThat(stored).containsExactly(entries.getFirst(), entries.getLast().on(Lane.BACKLOG));

        stored.clear();
        shut.clear();
        var _ = laned.store(entries, Content.of(new byte[0]));
        assertThat(stored).isEqualTo(entries);
    }

    @Test
    void theSpoolsWordIsHandedOn() {
        assertThat(laned.store(List.of(entry(ROUTE)), Content.of(new byte[0])).failed())
                .isTrue();
        assertThat(laned.room()).isEqualTo(SpoolWriter.Room.FULL);
    }
}
