package io.backupmx.worker.admin;

import io.backupmx.spool.SpoolException;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin API of a service, under {@code /api/v1/}: guarded, in JSON, and whatever may block on a virtual thread. */
public final class AdminApi {

    /** All paths begin so. */
    public static final String PREFIX = "/api/v1/";

    private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);
    private static final long MAX_BODY_BYTES = 64 << 10;

    private final List<AdminRequests> requests;

    /** @param requests what can be asked; of two that take one path the first does */
    public AdminApi(AdminRequests... requests) {
        this.requests = List.of(requests);
    }

    /** @param listenHost the host of {@code ops.listen} */
    public void mount(Router router, AdminToken token, String listenHost) {
        router.route("/api/*").handler(new AdminGuard(token, listenHost));
        router.post("/api/*").handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        requests.forEach(some -> some.mount(router));
        router.route("/api/*").handler(ctx -> AdminResponse.error(ctx, 404, "no such route or method"));
        router.route("/api/*").failureHandler(AdminApi::failed);
    }

    /** For what may wait: not on an event loop. */
    static Handler<RoutingContext> blocking(Handler<RoutingContext> work) {
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
