package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.config.Durations;
import io.backupmx.mail.QueueId;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.WorkerView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators see and do at a worker: the queue, its counters, the routes; flush, hold and release. */
public final class WorkerRequests implements AdminRequests {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerRequests.class);

    /** Of the queue, at once. */
    private static final int MAX_LISTINGS = 4;

    private static final long LISTING_WAIT_SECONDS = 60;

    private final Semaphore listings = new Semaphore(MAX_LISTINGS, true);
    private final SpoolAdmin spool;
    private final WorkerView worker;
    private final QueueListing listing;
    private final RouteRequests routes;

    public WorkerRequests(SpoolAdmin spool, WorkerView worker) {
        this.spool = spool;
        this.worker = worker;
        this.listing = new QueueListing(spool, worker);
        this.routes = new RouteRequests(worker);
    }

    @Override
    public void mount(Router router) {
        router.get(AdminApi.PREFIX + "queue").handler(AdminApi.blocking(this::queue));
        router.get(AdminApi.PREFIX + "queues").handler(AdminApi.blocking(this::queues));
        router.get(AdminApi.PREFIX + "routes").handler(AdminApi.blocking(routes::list));
        router.post(AdminApi.PREFIX + "routes/hold").handler(AdminApi.blocking(routes::hold));
        router.post(AdminApi.PREFIX + "routes/release").handler(AdminApi.blocking(routes::release));
        router.post(AdminApi.PREFIX + "flush").handler(this::flush);
        router.post(AdminApi.PREFIX + "release").handler(AdminApi.blocking(this::release));
    }

    /** Those who have gone meanwhile are not listed for: or a broker that is slow would have ever more to do. */
    private void queue(RoutingContext ctx) {
        boolean admitted = false;
        try {
            admitted = listings.tryAcquire(LISTING_WAIT_SECONDS, TimeUnit.SECONDS);
            if (!admitted) {
                AdminResponse.error(ctx, 503, "the queue is being listed for others, who take long");
            } else if (!ctx.response().closed()) {
                list(ctx);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            AdminResponse.error(ctx, 503, "interrupted");
        } finally {
            if (admitted) {
                listings.release();
            }
        }
    }

    private void list(RoutingContext ctx) {
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
            case SpoolQueue.ForRoute(var route, var lane) ->
                named("route")
                        .put("route", route.toString())
                        .put("lane", lane.name().toLowerCase(Locale.ROOT));
            case SpoolQueue.Retry(var delay) -> named("retry").put("delay", Durations.format(delay));
            case SpoolQueue.Failed _ -> named("failed");
            case SpoolQueue.Reports(var kind) ->
                named("report").put("report", kind.name().toLowerCase(Locale.ROOT));
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
}
