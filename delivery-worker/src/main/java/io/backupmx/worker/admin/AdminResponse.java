package io.backupmx.worker.admin;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Short JSON answers. */
final class AdminResponse {

    private AdminResponse() {}

    static void json(RoutingContext ctx, JsonObject body) {
        send(ctx, 200, body);
    }

    /** @param text for the operator who sent the request */
    static void error(RoutingContext ctx, int status, String text) {
        send(ctx, status, new JsonObject().put("error", text));
    }

    private static void send(RoutingContext ctx, int status, JsonObject body) {
        ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body.encode() + "\n");
    }
}
