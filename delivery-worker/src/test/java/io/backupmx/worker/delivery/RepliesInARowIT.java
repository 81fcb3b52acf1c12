package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.Failures;
import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.RouteStatus.State;
import io.backupmx.worker.delivery.OutcomeRow.Streak;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/outcomes.md, what counts against a mail or a recipient: how many of them in a row count against the route, too. */
class RepliesInARowIT {

    /** As many as are enough for any route that minds. */
    private static final int MANY = 5;

    private static final Duration TIMEOUT_EACH = LONG.multipliedBy(2);

    @TempDir
    private static Path directory;

    private static PlayedRows played;
    private static Map<Route, State> beforeTheLast;

    @BeforeAll
    static void sendAllButOneAndThenTheLast() {
        // One connection, so that there is an order.
        played = new PlayedRows(directory, RepliesInARowIT::isOfTheMails, 1, PlayedRows.NOT_AGAIN, Failures.QUARANTINE);
        Map<PlayedRow, Set<QueueId>> sent = new ConcurrentHashMap<>();
        for (PlayedRow row : played.rows()) {
            for (int i = 1; i < mails(row); i++) {
                send(row, sent);
            }
        }
        await().atMost(TIMEOUT_EACH).until(() -> played.rows().stream().allMatch(row -> isSettled(row, sent)));
        beforeTheLast = new HashMap<>(played.states());
        played.rows().forEach(row -> send(row, sent));
        await().atMost(TIMEOUT_EACH).until(() -> played.rows().stream().allMatch(row -> isSettled(row, sent)));
    }

    private static boolean isOfTheMails(OutcomeRow row) {
        return row.against().equals("mail") || row.against().equals("recipient");
    }

    private static int mails(PlayedRow row) {
        return row.row().streak().map(Streak::mails).orElse(MANY);
    }

    private static void send(PlayedRow row, Map<PlayedRow, Set<QueueId>> sent) {
        var envelope = row.mail(row.tested());
        sent.computeIfAbsent(row, _ -> ConcurrentHashMap.newKeySet()).add(envelope.queueId());
        row.store(played.rig().spool(), envelope);
    }

    /** Whether no mail of it is in hand or waits, but for one that waits since it made the route go down. */
    private static boolean isSettled(PlayedRow row, Map<PlayedRow, Set<QueueId>> sent) {
        Set<QueueId> ids = sent.getOrDefault(row, Set.of());
        InMemorySpool spool = played.rig().spool();
        long ended = Stream.concat(spool.deferred().stream(), spool.failed().stream())
                .filter(stored -> ids.contains(stored.envelope().queueId()))
                .count();
        return ended == ids.size() || (ended == ids.size() - 1 && played.state(row) == State.DOWN);
    }

    @AfterAll
    static void end() {
        played.close();
    }

    static Stream<PlayedRow> rows() {
        return played.rows().stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theRouteMindsSoMany(PlayedRow row) {
        assertThat(beforeTheLast).containsEntry(row.route(), State.UP);
        RouteStatus.State after = row.row().streak().map(Streak::route).orElse(State.UP);
        await().atMost(LONG).untilAsserted(() -> assertThat(played.state(row)).isEqualTo(after));
        assertThat(row.primary().unplayed()).isEmpty();
    }
}
