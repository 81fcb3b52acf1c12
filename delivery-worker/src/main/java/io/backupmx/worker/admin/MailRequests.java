package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.mail.QueueId;
import io.backupmx.spool.FailedMail;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.RemovalLog;
import io.backupmx.worker.WorkerView;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mail: {@code GET /api/v1/mail/ID} shows it, {@code GET /api/v1/mail/ID/content} hands out its octets,
 * {@code POST /api/v1/delete} removes it, or all failed mail.
 */
public final class MailRequests implements AdminRequests {

    /** Failed mails that one request deletes; there may be more, which the answer says. */
    static final int MAX_DELETED = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(MailRequests.class);

    /** Nobody reads these, so their heads may be taken. */
    private static final List<SpoolQueue> UNREAD = List.of(new SpoolQueue.Failed(), new SpoolQueue.DeadLetter());

    /** Failed mail, that included of which it is still to be decided whether its sender is told, or which is about to be. */
    static final List<SpoolQueue> FAILED = List.of(
            new SpoolQueue.Failed(),
            new SpoolQueue.DeadLetter(),
            new SpoolQueue.Reports(ReportKind.FAILED),
            new SpoolQueue.Reports(ReportKind.DEMANDED),
            new SpoolQueue.Reports(ReportKind.GIVEN_UP),
            new SpoolQueue.Reports(ReportKind.RETURNED));

    static final String ADMIN = "admin";

    /** Each is a pass of the broker over its queues. */
    private static final int MAX_PASSES = 4;

    private final Semaphore passes = new Semaphore(MAX_PASSES);
    private final RestingMails mails;
    private final MailSearch search;

    public MailRequests(SpoolAdmin spool, RestingMails mails, WorkerView worker) {
        this.mails = mails;
        this.search = new MailSearch(spool, mails, worker);
    }

    @Override
    public void mount(Router router) {
        router.get(AdminApi.PREFIX + "mail/:id").handler(AdminApi.blocking(ctx -> pass(ctx, this::show)));
        router.get(AdminApi.PREFIX + "mail/:id/content").handler(AdminApi.blocking(ctx -> pass(ctx, this::content)));
        router.post(AdminApi.PREFIX + "delete").handler(AdminApi.blocking(ctx -> pass(ctx, this::delete)));
    }

    private interface Pass {
        void over(RoutingContext ctx);
    }

    private void pass(RoutingContext ctx, Pass work) {
        if (!passes.tryAcquire()) {
            AdminResponse.error(ctx, 503, "the queues are being searched for others: try again");
            return;
        }
        try {
            work.over(ctx);
        } finally {
            passes.release();
        }
    }

    private void show(RoutingContext ctx) {
        Optional<QueueId> id = id(ctx);
        if (id.isEmpty()) {
            AdminResponse.error(ctx, 400, "that is no queue id");
            return;
        }
        Optional<ShownMail> shown = search.show(id.get());
        if (shown.isEmpty()) {
            AdminResponse.error(ctx, 404, "no mail has the id " + id.get() + ", or it has just been delivered");
            return;
        }
        try {
            AdminResponse.json(ctx, new JsonObject(AdminJson.MAPPER.writeValueAsString(shown.get())));
        } catch (JacksonException e) {
            throw new IllegalStateException("a mail that is no JSON", e);
        }
    }

    private void content(RoutingContext ctx) {
        Optional<QueueId> id = id(ctx);
        if (id.isEmpty()) {
            AdminResponse.error(ctx, 400, "that is no queue id");
            return;
        }
        HttpServerResponse response = ctx.response();
        AtomicReference<OutputStream> to = new AtomicReference<>(OutputStream.nullOutputStream());
        try {
            boolean there = search.content(id.get(), size -> {
                response.putHeader("Content-Type", "application/octet-stream")
                        .putHeader("Content-Length", Long.toString(size)) // so that a part is not taken for the whole
                        .putHeader("Cache-Control", "no-store");
                to.set(new ResponseStream(response));
                return to.get();
            });
            if (there) {
                to.get().flush();
                response.end();
            } else {
                AdminResponse.error(ctx, 404, "no mail with the id " + id.get() + " rests on a queue");
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("content not handed out");
            response.reset();
        } catch (RuntimeException e) {
            if (!response.headWritten()) {
                response.headers().remove("Content-Length"); // it was the content's
                throw e;
            }
            LOG.atWarn().setCause(e).log("content broken off");
            response.reset();
        }
    }

    private static Optional<QueueId> id(RoutingContext ctx) {
        return Optional.ofNullable(ctx.pathParam("id")).flatMap(QueueId::parse);
    }

    private void delete(RoutingContext ctx) {
        switch (Request.parse(Optional.ofNullable(ctx.body().asString()).orElse(""))) {
            case Request.Wrong _ ->
                AdminResponse.error(
                        ctx, 400, "send {\"queue_id\": \"...\", \"force\": false} or {\"all_failed\": true}");
            case Request.One(QueueId id, boolean force) -> deleteOne(ctx, id, force);
            case Request.AllFailed _ -> deleteAllFailed(ctx);
        }
    }

    private void deleteOne(RoutingContext ctx, QueueId id, boolean force) {
        List<ListedMail> parts = search.resting(id, force ? search.everywhere() : FAILED);
        if (parts.isEmpty()) {
            if (search.isInHand(id)) {
                AdminResponse.error(
                        ctx, 409, "a worker has " + id + " in hand: try again when mailq shows no * with it");
            } else {
                AdminResponse.error(
                        ctx,
                        404,
                        "no " + (force ? "" : "failed ") + "mail has the id " + id
                                + (force ? "" : "; mail that still waits is deleted by force only"));
            }
            return;
        }
        LOG.atInfo()
                .addKeyValue("queue_id", id)
                .addKeyValue("parts", parts.size())
                .log("delete asked for"); // all that is said when the broker goes before it answers
        int removed = mails.remove(
                id, parts.stream().map(ListedMail::queue).distinct().toList());
        if (removed == parts.size()) {
            parts.forEach(part -> RemovalLog.removed(part, ADMIN, "deleted by an operator"));
        } else { // it moved between two looks: which parts went, the next look says
            List<ListedMail> left = search.resting(id, search.everywhere());
            parts.stream()
                    .filter(part -> left.stream()
                            .noneMatch(other -> other.envelope()
                                    .recipients()
                                    .equals(part.envelope().recipients())))
                    .forEach(part -> RemovalLog.removed(part, ADMIN, "deleted by an operator, or moved meanwhile"));
        }
        AdminResponse.json(
                ctx,
                new JsonObject().put("deleted", removed).put("in_hand", search.isInHand(id) || removed < parts.size()));
    }

    private void deleteAllFailed(RoutingContext ctx) {
        UpTo deleting = new UpTo();
        for (SpoolQueue queue : UNREAD) {
            int _ = mails.prune(queue, deleting);
        }
        AdminResponse.json(
                ctx, new JsonObject().put("deleted", deleting.removed).put("more", deleting.refused));
    }

    /** Gives up all failed mail, so much of it. */
    private static final class UpTo implements RestingMails.Judge {
        private int granted;
        private int removed;
        private boolean refused;

        @Override
        public Verdict judge(FailedMail mail) {
            refused = granted == MAX_DELETED;
            granted += refused ? 0 : 1;
            return refused ? Verdict.STAYS : Verdict.GOES;
        }

        @Override
        public void removing(FailedMail mail) {
            RemovalLog.removed(mail.mail(), ADMIN, "all failed mail deleted by an operator");
        }

        @Override
        public void removed(FailedMail mail) {
            removed++;
        }
    }

    /** What to delete. */
    private sealed interface Request {
        record One(QueueId id, boolean force) implements Request {}

        record AllFailed() implements Request {}

        record Wrong() implements Request {}

        static Request parse(String body) {
            try {
                JsonNode json = AdminJson.MAPPER.readTree(body);
                boolean all = json.path("all_failed").asBoolean(false);
                Optional<QueueId> id = QueueId.parse(json.path("queue_id").asText(""));
                boolean force = json.path("force").asBoolean(false);
                if (all) {
                    return json.has("queue_id") || force ? new Wrong() : new AllFailed();
                }
                return id.<Request>map(one -> new One(one, force)).orElseGet(Wrong::new);
            } catch (JacksonException e) {
                return new Wrong();
            }
        }
    }
}
