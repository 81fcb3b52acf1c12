package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.config.Durations;
import io.backupmx.mail.QueueId;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.WorkerView;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators see and do, under {@code /api/v1/}: the queue, its counters, the routes; flush, hold and release. Whatever asks
 * the spool runs on a virtual thread.
 */
public final class AdminApi {

    /** All paths begin so. */
    public static final String PREFIX = "/api/v1/";

    private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);
    private static final long MAX_BODY_BYTES = 16 << 10;

    private final SpoolAdmin spool;
    private final WorkerView worker;
    private final QueueListing listing;
    private final RouteRequests routes;

    public AdminApi(SpoolAdmin spool, WorkerView worker) {
        this.spool = spool;
        this.worker = worker;
        this.listing = new QueueListing(spool, worker);
        this.routes = new RouteRequests(worker);
    }

    /** @param listenHost the host of {@code ops.listen} */
    public void mount(Router router, AdminToken token, String listenHost) {
        router.route("/api/*").handler(new AdminGuard(token, listenHost));
        router.post("/api/*").handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        router.get(PREFIX + "queue").handler(blocking(this::queue));
        router.get(PREFIX + "queues").handler(blocking(this::queues));
        router.get(PREFIX + "routes").handler(blocking(routes::list));
        router.post(PREFIX + "routes/hold").handler(blocking(routes::hold));
        router.post(PREFIX + "routes/release").handler(blocking(routes::release));
        router.post(PREFIX + "flush").handler(this::flush);
        router.post(PREFIX + "release").handler(blocking(this::release));
        router.route("/api/*").handler(ctx -> AdminResponse.error(ctx, 404, "no such route or method"));
        router.route("/api/*").failureHandler(AdminApi::failed);
    }

    private void queue(RoutingContext ctx) {
        LineStream lines = new LineStream(ctx.response());
        try {
            listing.show(lines::add);
            lines.end();
        } catch (RuntimeException e) {
            if (!lines.hasBegun()) {
                throw e;
            }
            LOG.atWarn().setCause(e).log("queue listing broken off");
            lines.abort();
        }
    }

    private void queues(RoutingContext ctx) {
        JsonArray queues = new JsonArray();
        for (QueueDepth depth : spool.depths()) {
            JsonObject queue =
                    describe(depth.queue()).put("messages", depth.messages()).put("bytes", depth.bytes());
            depth.oldest().map(Duration::toSeconds).ifPresent(age -> queue.put("oldest_seconds", age));
            queues.add(queue);
        }
        AdminResponse.json(ctx, new JsonObject().put("queues", queues));
    }

    private static JsonObject describe(SpoolQueue queue) {
        return switch (queue) {
            case SpoolQueue.ForRoute(var route) -> named("route").put("route", route.toString());
            case SpoolQueue.Retry(var delay) -> named("retry").put("delay", Durations.format(delay));
            case SpoolQueue.Failed _ -> named("failed");
            case SpoolQueue.DeadLetter _ -> named("dead-letter");
        };
    }

    private static JsonObject named(String kind) {
        return new JsonObject().put("kind", kind);
    }

    private void flush(RoutingContext ctx) {
        worker.flush();
        LOG.atInfo().log("flush asked for");
        AdminResponse.json(ctx, new JsonObject().put("flushed", true));
    }

    private void release(RoutingContext ctx) {
        Optional<Release> asked =
                Release.parse(Optional.ofNullable(ctx.body().asString()).orElse(""));
        if (asked.isEmpty()) {
            AdminResponse.error(ctx, 400, "send {\"queue_id\": \"...\"} or {\"all\": true}");
            return;
        }
        Optional<QueueId> id = asked.get().id();
        int released = spool.release(id);
        LOG.atInfo()
                .addKeyValue("queue_id", id.map(QueueId::value).orElse("all"))
                .addKeyValue("mails", released)
                .log("released");
        if (id.isPresent() && released == 0) {
            AdminResponse.error(ctx, 404, "no failed mail has the id " + id.get());
        } else {
            AdminResponse.json(ctx, new JsonObject().put("released", released));
        }
    }

    /** What to release; all of it without an id. */
    private record Release(Optional<QueueId> id) {

        static Optional<Release> parse(String body) {
            try {
                JsonNode json = AdminJson.MAPPER.readTree(body);
                boolean all = json.path("all").asBoolean(false);
                Optional<QueueId> id = QueueId.parse(json.path("queue_id").asText(""));
                return all == id.isPresent() || all == json.has("queue_id")
                        ? Optional.empty()
                        : Optional.of(new Release(id));
            } catch (JacksonException e) {
                return Optional.empty();
            }
        }
    }

    private static Handler<RoutingContext> blocking(Handler<RoutingContext> work) {
        return ctx -> Thread.ofVirtual().name("admin-request").start(() -> {
            try {
                work.handle(ctx);
            } catch (RuntimeException e) {
                failed(ctx, e);
            }
        });
    }

    private static void failed(RoutingContext ctx, RuntimeException why) {
        if (ctx.response().closed()) { // who asked would not wait any longer
            LOG.atDebug().addKeyValue("cause", why.toString()).log("nobody was left to answer");
        } else if (why instanceof SpoolException) {
            LOG.atWarn().setCause(why).log("spool did not answer an admin request");
            AdminResponse.error(ctx, 503, "the spool does not answer: " + why.getMessage());
        } else {
            ctx.fail(500, why);
        }
    }

    private static void failed(RoutingContext ctx) {
        int status = ctx.statusCode() < 0 ? 500 : ctx.statusCode();
        if (status == 500) {
            LOG.atError().setCause(ctx.failure()).log("admin request failed");
        }
        if (!ctx.response().ended()) {
            AdminResponse.error(ctx, status, status == 413 ? "the body is too large" : "failed, see the log");
        }
    }
}
