package io.backupmx.worker.admin;

import io.backupmx.mail.QueueId;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.MailParts;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.RemovalLog;
import io.backupmx.worker.WorkerView;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many mails at once, by their ids: {@code POST /api/v1/mails/delete} removes them, {@code POST /api/v1/mails/fail} ends such as wait
 * as if they had been refused, {@code POST /api/v1/mails/bounce} does, too, and has their senders told. What a request does not find
 * resting it leaves alone. Each mail is where it was or where it goes at any time, so a request that is broken off is said again.
 */
public final class BulkRequests implements AdminRequests {

    private static final Logger LOG = LoggerFactory.getLogger(BulkRequests.class);

    private final Semaphore one = new Semaphore(1);
    private final SpoolAdmin spool;
    private final RestingMails mails;
    private final WorkerView worker;

    public BulkRequests(SpoolAdmin spool, RestingMails mails, WorkerView worker) {
        this.spool = spool;
        this.mails = mails;
        this.worker = worker;
    }

    private interface Act {
        Done on(BulkRequest request);
    }

    /** What came of a request. */
    private record Done(Set<QueueId> mails, int parts) {}

    @Override
    public void mount(Router router) {
        mount(router, "delete", this::delete);
        mount(router, "fail", request -> end(request, ReportKind.GIVEN_UP));
        mount(router, "bounce", request -> end(request, ReportKind.RETURNED));
    }

    private void mount(Router router, String name, Act act) {
        router.post(AdminApi.PREFIX + "mails/" + name).handler(AdminApi.blocking(ctx -> alone(ctx, name, act)));
    }

    /** Each is some passes of the broker over its queues. */
    private void alone(RoutingContext ctx, String name, Act act) {
        Optional<BulkRequest> request =
                BulkRequest.parse(Optional.ofNullable(ctx.body().asString()).orElse(""));
        if (request.isEmpty()) {
            AdminResponse.error(
                    ctx,
                    400,
                    "send {\"queue_ids\": [...], \"where\": \"waiting\"}, " + MailParts.MAX_IDS
                            + " at most; \"route\" and \"domain\" leave out parts that are not of those");
        } else if (!request.get().where().isFor(name)) {
            AdminResponse.error(ctx, 400, "only mail that waits can fail");
        } else if (!one.tryAcquire()) {
            AdminResponse.error(ctx, 503, "many mails are being dealt with for others: try again");
        } else {
            try {
                answer(ctx, name, request.get(), act.on(request.get()));
            } finally {
                one.release();
            }
        }
    }

    private static void answer(RoutingContext ctx, String name, BulkRequest request, Done done) {
        LOG.atInfo()
                .addKeyValue("asked", name)
                .addKeyValue("mails", done.mails().size())
                .addKeyValue("of", request.parts().ids().size())
                .log("many mails dealt with");
        AdminResponse.json(
                ctx, new JsonObject().put("mails", done.mails().size()).put("parts", done.parts()));
    }

    private Done delete(BulkRequest request) {
        return eachQueue(
                request,
                "delete asked for",
                (ids, queue) -> mails.remove(request.parts().only(ids), List.of(queue)),
                (parts, all) -> {
                    String why = "deleted by an operator" + (all ? "" : ", or in a worker's hands meanwhile");
                    parts.forEach(part -> RemovalLog.removed(part, MailRequests.ADMIN, why));
                });
    }

    private Done end(BulkRequest request, ReportKind kind) {
        try {
            return eachQueue(
                    request,
                    kind == ReportKind.RETURNED ? "bounce asked for" : "failure asked for",
                    (ids, queue) -> mails.move(request.parts().only(ids), queue, new SpoolQueue.Reports(kind)),
                    (_, _) -> {});
        } finally {
            worker.toReport(kind); // without an answer, too, some of it may have been moved
        }
    }

    /** What the broker is asked for. */
    private interface Work {

        /** Returns with how many parts it was done. */
        int on(Set<QueueId> ids, SpoolQueue queue);
    }

    /** Who is to know with which parts it was done. */
    private interface Witness {

        /** @param all with as many as were seen; else which of them is not certain */
        void done(List<ListedMail> parts, boolean all);
    }

    /** A queue at a time: what the broker does on one is done, whatever becomes of the next. */
    private Done eachQueue(BulkRequest request, String asked, Work work, Witness witness) {
        Set<QueueId> done = new HashSet<>();
        int parts = 0;
        List<SpoolQueue> queues = queues(request);
        Set<QueueId> staying = staying(request, queues);
        for (SpoolQueue queue : queues) {
            List<ListedMail> going = going(request, queue, staying);
            if (!going.isEmpty()) {
                going.forEach(part -> LOG.atInfo()
                        .addKeyValue("queue_id", part.envelope().queueId())
                        .addKeyValue("next_hop", part.route())
                        .log(asked)); // all that is said when the broker goes before it answers
                int moved = work.on(ids(going), queue);
                parts += moved;
                boolean all = moved == going.size();
                if (moved > going.size()) {
                    LOG.atWarn()
                            .addKeyValue("asked", asked)
                            .addKeyValue("queue", QueueNames.nameOf(queue))
                            .addKeyValue("seen", going.size())
                            .addKeyValue("done", moved)
                            .log("more mail was dealt with than had been seen, for it came in that moment");
                }
                List<ListedMail> gone = all ? going : gone(request, going, queue, moved);
                witness.done(gone, all);
                done.addAll(ids(gone));
            }
        }
        return new Done(done, parts);
    }

    /** Mail moves from retry queues to routes', which therefore come last. */
    private List<SpoolQueue> queues(BulkRequest request) {
        Stream<SpoolQueue> failed = request.where().isFailed() ? MailRequests.FAILED.stream() : Stream.empty();
        List<SpoolQueue> occupied = request.where().isWaiting() ? spool.occupiedRoutes() : List.of();
        Stream<SpoolQueue> waiting = Stream.concat(
                occupied.stream().filter(SpoolQueue.Retry.class::isInstance),
                occupied.stream()
                        .filter(queue -> queue instanceof SpoolQueue.ForRoute(var route, var _)
                                && request.parts()
                                        .route()
                                        .filter(only -> !only.equals(route))
                                        .isEmpty()));
        return Stream.concat(failed, waiting).toList();
    }

    /**
     * Those of which some part is not meant, wherever it is: parts come from one queue to another while this goes on, and the broker
     * tells them apart by their id only.
     */
    private Set<QueueId> staying(BulkRequest request, List<SpoolQueue> queues) {
        Set<QueueId> staying = new HashSet<>();
        if (request.domain().isPresent()) {
            mails.look(request.parts(), queues, part -> {
                if (!request.isMeant(part.envelope())) {
                    staying.add(part.envelope().queueId());
                }
                return Optional.empty();
            });
            PartInHand.all(worker).stream()
                    .map(PartInHand::envelope)
                    .filter(envelope -> !request.isMeant(envelope))
                    .forEach(envelope -> staying.add(envelope.queueId()));
        }
        return staying;
    }

    /** What of it is there and may go. */
    private List<ListedMail> going(BulkRequest request, SpoolQueue queue, Set<QueueId> staying) {
        List<ListedMail> there = new ArrayList<>();
        Set<QueueId> left = new HashSet<>(staying);
        mails.look(request.parts(), List.of(queue), part -> {
            there.add(part);
            if (!request.isMeant(part.envelope())) {
                left.add(part.envelope().queueId());
            }
            return Optional.empty();
        });
        return there.stream()
                .filter(part -> !left.contains(part.envelope().queueId()))
                .toList();
    }

    /**
     * Not all of it was there any more for the broker: what is on the queue still, or in a worker's hands, did not go. What a worker has
     * settled since cannot be told from what went; it is what stood first, for workers take that.
     *
     * @param moved so many went, as the broker says; no more are returned
     */
    private List<ListedMail> gone(BulkRequest request, List<ListedMail> going, SpoolQueue queue, int moved) {
        List<PartInHand> inHand = PartInHand.all(worker);
        Set<QueueId> left = new HashSet<>();
        mails.look(request.parts(), List.of(queue), part -> {
            if (request.isMeant(part.envelope())) {
                left.add(part.envelope().queueId());
            }
            return Optional.empty();
        });
        List<ListedMail> gone = going.stream()
                .filter(part -> !left.contains(part.envelope().queueId()))
                .filter(part -> inHand.stream().noneMatch(taken -> taken.maybe(part)))
                .toList();
        return gone.subList(Math.max(0, gone.size() - moved), gone.size());
    }

    private static Set<QueueId> ids(List<ListedMail> parts) {
        return parts.stream().map(part -> part.envelope().queueId()).collect(Collectors.toSet());
    }
}
