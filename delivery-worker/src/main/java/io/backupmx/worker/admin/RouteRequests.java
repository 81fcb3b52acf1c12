package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.route.Route;
import io.backupmx.spool.SpoolException;
import io.backupmx.worker.HeldByConfigurationException;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.UnknownRouteException;
import io.backupmx.worker.WorkerView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators see of routes, and do with them. For virtual threads: its methods block. */
final class RouteRequests {

    /** Of a reason: it travels to all workers and into every listing. */
    static final int MAX_REASON = 200;

    private static final Logger LOG = LoggerFactory.getLogger(RouteRequests.class);
    private static final String NO_REASON = "by an operator";
    private static final long ANSWER_SECONDS = 15;

    private final WorkerView worker;

    RouteRequests(WorkerView worker) {
        this.worker = worker;
    }

    void list(RoutingContext ctx) {
        JsonArray routes = new JsonArray();
        for (RouteStatus status : worker.routes()) {
            routes.add(describe(status));
        }
        AdminResponse.json(ctx, new JsonObject().put("routes", routes));
    }

    void hold(RoutingContext ctx) {
        Optional<Request> request = Request.parse(body(ctx));
        if (request.isEmpty()) {
            AdminResponse.error(
                    ctx,
                    400,
                    "send {\"route\": \"...\", \"reason\": \"...\"}, a reason of up to " + MAX_REASON
                            + " printable characters");
            return;
        }
        Route route = request.get().route();
        String reason = request.get().reason().orElse(NO_REASON);
        LOG.atInfo()
                .addKeyValue("next_hop", route)
                .addKeyValue("reason", reason)
                .log("hold asked for");
        answer(ctx, worker.hold(route, reason));
    }

    void release(RoutingContext ctx) {
        Optional<Request> request =
                Request.parse(body(ctx)).filter(r -> r.reason().isEmpty());
        if (request.isEmpty()) {
            AdminResponse.error(ctx, 400, "send {\"route\": \"...\"}");
            return;
        }
        LOG.atInfo().addKeyValue("next_hop", request.get().route()).log("release asked for");
        answer(ctx, worker.release(request.get().route()));
    }

    private static void answer(RoutingContext ctx, CompletionStage<RouteStatus> done) {
        try {
            AdminResponse.json(ctx, describe(done.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS)));
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case UnknownRouteException unknown ->
                    AdminResponse.error(ctx, 404, String.valueOf(unknown.getMessage()));
                case HeldByConfigurationException held ->
                    AdminResponse.error(ctx, 409, String.valueOf(held.getMessage()));
                case SpoolException away -> throw away;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } catch (TimeoutException e) {
            throw new SpoolException(
                    SpoolException.Kind.UNAVAILABLE, "not within " + ANSWER_SECONDS + " s; it may be done yet", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonObject describe(RouteStatus status) {
        JsonObject route = new JsonObject()
                .put("route", status.route().toString())
                .put("state", status.state().name())
                .put("since", status.since().getEpochSecond())
                .put("reason", status.reason())
                .put("limit", status.limit())
                .put("connections", status.connections())
                .put("probation", status.probation());
        status.next().map(Instant::getEpochSecond).ifPresent(next -> route.put("next", next));
        return route;
    }

    private static String body(RoutingContext ctx) {
        return Optional.ofNullable(ctx.body().asString()).orElse("");
    }

    /** @param reason for people, one line */
    private record Request(Route route, Optional<String> reason) {

        static Optional<Request> parse(String body) {
            try {
                JsonNode json = AdminJson.MAPPER.readTree(body);
                Optional<String> reason =
                        Optional.of(json.path("reason").asText("").strip()).filter(text -> !text.isEmpty());
                return reason.stream().allMatch(Request::isLine)
                        ? Route.parse(json.path("route").asText("")).map(route -> new Request(route, reason))
                        : Optional.empty();
            } catch (JacksonException | IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        private static boolean isLine(String text) {
            return text.length() <= MAX_REASON && text.codePoints().noneMatch(Character::isISOControl);
        }
    }
}
