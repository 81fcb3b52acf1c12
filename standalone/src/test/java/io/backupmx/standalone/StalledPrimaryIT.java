package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.stall;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RunsAlone
class StalledPrimaryIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    /** Its end of the connection cannot tell: it never looks. Ours must go all the same, or each attempt leaves one. */
    @Test
    void connectionToAPrimaryThatNoLongerReadsIsGivenUp() {
        try (Bench bench = Bench.of(directory, 1)) {
            Bench.Place place = bench.next();
            place.primary().play(Script.acceptAll().on(Phase.CONTENT, afterOctets(200_000, stall())));
            place.primary().start();
            byte[] content = MailCorpus.ofSize("large", 12 << 20).octets();
            bench.send(content, place.address("alice"));

            Instance.await(
                    SOON, () -> assertThat(place.primary().transactions()).isGreaterThan(3));

            assertThat(place.primary().openConnections()).isGreaterThan(3);
            assertThat(bench.instance().metric("vertx_net_client_active_connections"))
                    .isLessThanOrEqualTo(1);
            place.primary().play(Script.acceptAll());
            assertThat(place.primary().awaitMails(1, SOON).getFirst().contentBelowTrace())
                    .isEqualTo(content);
        }
    }
}
