package io.backupmx.ops;

import io.backupmx.config.HostPort;
import io.backupmx.config.OpsConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server for operators and their machines: {@code /metrics}, {@code /livez}, {@code /readyz}, and what others
 * mount on {@link #router}.
 */
public final class OpsServer {

    private static final Logger LOG = LoggerFactory.getLogger(OpsServer.class);
    private static final String KEY = "ops.listen";
    private static final int IDLE_SECONDS = 120;
    private static final long STOP_SECONDS = 2;

    private final HostPort address;
    private final PrometheusMeterRegistry registry;
    private final Readiness readiness;
    private final Router router;
    private final HttpServer server;

    public OpsServer(Vertx vertx, OpsConfig config, PrometheusMeterRegistry registry, Readiness readiness) {
        this.address = config.listenAddress();
        this.registry = registry;
        this.readiness = readiness;
        this.router = Router.router(vertx);
        this.server = vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
                .requestHandler(router);
        router.get("/metrics").handler(this::metrics);
        router.get("/livez").handler(ctx -> ctx.response().end("ok\n"));
        router.get("/readyz").handler(this::ready);
    }

    /** For further routes; to be used before {@link #listen}. */
    public Router router() {
        return router;
    }

    /** Done when connections are taken, with the real port; fails with a {@link StartException}. */
    public Future<HostPort> listen() {
        return server.listen(address.port(), address.host())
                .map(listening -> new HostPort(address.host(), listening.actualPort()))
                .recover(e -> Future.failedFuture(StartException.cannotListen(KEY, address, e)));
    }

    /** Lets requests in progress end for a moment, then closes. */
    public Future<Void> close() {
        return server.shutdown(STOP_SECONDS, TimeUnit.SECONDS);
    }

    private void metrics(RoutingContext ctx) {
        // Gauges are others' code, and a thousand routes make a long text: not for the event loop.
        onVirtualThread(ctx, () -> {
            String text = registry.scrape();
            ctx.response()
                    .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(text);
        });
    }

    private void ready(RoutingContext ctx) {
        onVirtualThread(ctx, () -> {
            Map<String, Optional<String>> answers = readiness.ask();
            boolean ready = answers.values().stream().allMatch(Optional::isEmpty);
            JsonObject checks = new JsonObject();
            answers.forEach((name, problem) -> checks.put(name, problem.orElse("ok")));
            ctx.response()
                    .setStatusCode(ready ? 200 : 503)
                    .putHeader("Content-Type", "application/json")
                    .end(new JsonObject()
                                    .put("ready", ready)
                                    .put("checks", checks)
                                    .encode() + "\n");
        });
    }

    private static void onVirtualThread(RoutingContext ctx, Runnable work) {
        Thread.ofVirtual().name("ops-request").start(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                if (ctx.response().closed()) { // an answer took longer than who asked for it would wait
                    LOG.atDebug().addKeyValue("cause", e.toString()).log("nobody was left to answer");
                } else {
                    ctx.fail(500, e);
                }
            }
        });
    }
}
