package io.backupmx.worker.admin;

import static io.backupmx.worker.admin.SampleMail.ON_RETRY;
import static io.backupmx.worker.admin.SampleMail.ON_ROUTE;
import static io.backupmx.worker.admin.SampleMail.envelope;
import static io.backupmx.worker.admin.SampleMail.id;
import static io.backupmx.worker.admin.SampleMail.on;
import static io.backupmx.worker.admin.SampleMail.recipient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.admin.QueuedMail.QueuedRecipient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class QueueListingTest {

    private final FakeSpool spool = new FakeSpool();
    private final FakeWorker worker = new FakeWorker();

    @Test
    void inFlightIsActiveWaitingIsDeferredFailedIsOnHold() throws Exception {
        worker.add(SampleMail.up());
        worker.add(SampleMail.inFlight(1));
        spool.put(ON_ROUTE, on(ON_ROUTE, 2));
        spool.put(ON_RETRY, on(ON_RETRY, 3));
        SpoolQueue failed = new SpoolQueue.Failed();
        spool.put(failed, on(failed, 4));
        SpoolQueue dead = new SpoolQueue.DeadLetter();
        spool.put(dead, on(dead, 5));

        assertThat(list())
                .extracting(QueuedMail::queueId, QueuedMail::queueName)
                .containsExactly(
                        tuple(id(1).value(), "active"),
                        tuple(id(3).value(), "deferred"),
                        tuple(id(4).value(), "hold"),
                        tuple(id(5).value(), "hold"),
                        tuple(id(2).value(), "deferred"));
    }

    @Test
    void mailThatAnotherWorkerHoldsUntilItIsDueIsShownOnce() throws Exception {
        worker.add(SampleMail.up());
        worker.heldElsewhere(List.of(on(ON_RETRY, 1), on(ON_RETRY, 2)));
        spool.put(ON_RETRY, on(ON_RETRY, 2), on(ON_RETRY, 3)); // handed on between the one look and the other
        assertThat(list())
                .extracting(QueuedMail::queueId, QueuedMail::queueName)
                .containsExactly(
                        tuple(id(1).value(), "deferred"),
                        tuple(id(2).value(), "deferred"),
                        tuple(id(3).value(), "deferred"));
    }

    /** Each recipient of a mail may wait for a time of its own. */
    @Test
    void partsOfOneMailOnOneRouteAreAllShown() throws Exception {
        spool.put(
                ON_RETRY,
                on(ON_RETRY, envelope(1, recipient("alice@example.org"))),
                on(ON_RETRY, envelope(1, recipient("bob@example.org"))),
                on(ON_RETRY, envelope(1, recipient("bob@example.org")))); // moved meanwhile, and seen again

        assertThat(list())
                .extracting(mail -> mail.recipients().getFirst().address())
                .containsExactly("alice@example.org", "bob@example.org");
    }

    @Test
    void mailOnADownRouteWaitsForTheRoutesReason() throws Exception {
        worker.add(SampleMail.down("connect to mx1.example.org:25: Connection refused"));
        spool.put(ON_ROUTE, on(ON_ROUTE, 1));

        assertThat(list().getFirst().recipients())
                .containsExactly(new QueuedRecipient(
                        "alice@example.org", Optional.of("connect to mx1.example.org:25: Connection refused")));
    }

    @Test
    void deferredMailWaitsForEachRecipientsLastReply() throws Exception {
        worker.add(SampleMail.down("unrelated to this mail"));
        spool.put(
                ON_RETRY,
                on(
                        ON_RETRY,
                        envelope(
                                1,
                                recipient("alice@example.org").withLastReply("452 4.2.2 mailbox full"),
                                recipient("bob@example.org"))));

        assertThat(list().getFirst().recipients())
                .containsExactly(
                        new QueuedRecipient("alice@example.org", Optional.of("452 4.2.2 mailbox full")),
                        new QueuedRecipient("bob@example.org", Optional.empty()));
    }

    @Test
    void mailWhoseRouteLeftTheConfigurationSaysSo() throws Exception {
        spool.put(ON_ROUTE, on(ON_ROUTE, 1));

        assertThat(list().getFirst().recipients().getFirst().delayReason())
                .contains("its route is in no configuration any more");
    }

    @Test
    void mailGivenBackWhileListingIsShownOnce() throws Exception {
        worker.add(SampleMail.up());
        worker.add(SampleMail.inFlight(1));
        spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2));

        assertThat(list()).extracting(QueuedMail::queueId).containsExactly(id(1).value(), id(2).value());
    }

    @Test
    void viewerThatHasSeenEnoughIsShownNoFurtherQueue() throws Exception {
        worker.add(SampleMail.up());
        spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2));
        spool.put(ON_RETRY, on(ON_RETRY, 3));
        List<QueuedMail> seen = new ArrayList<>();

        onVirtualThread(() -> new QueueListing(spool, worker).show(mail -> !seen.add(mail)));

        assertThat(seen).extracting(QueuedMail::queueId).containsExactly(id(3).value());
    }

    /** postqueue(1), JSON OBJECT FORMAT, then ours. */
    @Test
    void jsonHasPostqueuesMembers() throws Exception {
        worker.add(SampleMail.up());
        spool.put(
                ON_RETRY,
                on(
                        ON_RETRY,
                        envelope(
                                7,
                                new ReversePath.Null(),
                                recipient("alice@example.org").withLastReply("450 4.7.1 greylisted"))));

        assertThat(json(list().getFirst()))
                .isEqualTo("{\"queue_name\":\"deferred\",\"queue_id\":\"01J0000000000007\","
                        + "\"arrival_time\":1772600767,\"message_size\":1234,\"forced_expire\":false,"
                        + "\"sender\":\"MAILER-DAEMON\",\"recipients\":[{\"address\":\"alice@example.org\","
                        + "\"delay_reason\":\"450 4.7.1 greylisted\"}],\"route\":\"smtp:[mx1.example.org]:25\","
                        + "\"attempts\":0,\"due_time\":1772601067}");
    }

    @Test
    void jsonLeavesOutWhatIsNotKnown() throws Exception {
        worker.add(SampleMail.up());
        spool.put(ON_ROUTE, on(ON_ROUTE, 1));

        assertThat(json(list().getFirst()))
                .doesNotContain("delay_reason")
                .doesNotContain("due_time")
                .doesNotContain("active_since")
                .doesNotContain("route_next");
    }

    @Test
    void waitingMailTellsHowItsRouteStands() throws Exception {
        Instant since = SampleMail.ARRIVAL.minusSeconds(60);
        worker.add(new RouteStatus(
                SampleMail.ROUTE,
                RouteStatus.State.THROTTLED,
                since,
                "452 4.3.1 no space",
                1,
                0,
                false,
                Optional.of(SampleMail.ARRIVAL)));
        spool.put(ON_ROUTE, on(ON_ROUTE, 1));

        assertThat(json(list().getFirst()))
                .contains("\"delay_reason\":\"452 4.3.1 no space\"")
                .endsWith(",\"route_state\":\"THROTTLED\",\"route_since\":1772600707,\"route_next\":1772600767}");
    }

    @Test
    void mailInTheHandsOfOtherWorkersIsActiveToo() throws Exception {
        worker.add(SampleMail.up());
        worker.add(SampleMail.inFlight(1));
        worker.elsewhere(CompletableFuture.completedFuture(List.of(SampleMail.inFlight(1), SampleMail.inFlight(2))));
        spool.put(ON_ROUTE, on(ON_ROUTE, 2), on(ON_ROUTE, 3));

        assertThat(list())
                .extracting(QueuedMail::queueId, QueuedMail::queueName)
                .containsExactly(
                        tuple(id(1).value(), "active"),
                        tuple(id(2).value(), "active"),
                        tuple(id(3).value(), "deferred"));
    }

    @Test
    void workersThatDoNotAnswerAreNotWaitedForLong() throws Exception {
        worker.add(SampleMail.up());
        worker.elsewhere(new CompletableFuture<>());
        spool.put(ON_ROUTE, on(ON_ROUTE, 1));
        long begin = System.nanoTime();

        assertThat(list()).hasSize(1);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));

        worker.elsewhere(CompletableFuture.failedFuture(new IllegalStateException("gone")));
        assertThat(list()).hasSize(1);
    }

    /** Due while it is listed: it has moved from its delay queue to its route's when that is looked at. */
    @Test
    void mailThatBecomesDueMeanwhileIsShownOnce() throws Exception {
        worker.add(SampleMail.up());
        spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2));
        spool.put(ON_RETRY, on(ON_RETRY, 1));

        assertThat(list()).extracting(QueuedMail::queueId).containsExactly(id(1).value(), id(2).value());
    }

    private static String json(QueuedMail mail) throws JsonProcessingException {
        return AdminJson.MAPPER.writeValueAsString(mail);
    }

    private List<QueuedMail> list() throws Exception {
        List<QueuedMail> seen = new ArrayList<>();
        onVirtualThread(() -> new QueueListing(spool, worker).show(seen::add));
        return seen;
    }

    private static void onVirtualThread(Runnable work)
            throws ExecutionException, InterruptedException, TimeoutException {
        FutureTask<Boolean> task = new FutureTask<>(work, true);
        Thread.ofVirtual().start(task);
        assertThat(task.get(20, TimeUnit.SECONDS)).isTrue();
    }
}
