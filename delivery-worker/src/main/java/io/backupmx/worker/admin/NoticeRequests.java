package io.backupmx.worker.admin;

import io.backupmx.worker.notice.NotSentException;
import io.backupmx.worker.notice.Notices;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code POST /api/v1/notices/test}: sends a test, and says what the smarthost made of it. */
public final class NoticeRequests implements AdminRequests {

    private final Notices notices;

    public NoticeRequests(Notices notices) {
        this.notices = notices;
    }

    @Override
    public void mount(Router router) {
        router.post(AdminApi.PREFIX + "notices/test").handler(AdminApi.blocking(this::test));
    }

    private void test(RoutingContext ctx) {
        try {
            AdminResponse.json(ctx, new JsonObject().put("sent", true).put("answer", notices.test()));
        } catch (NotSentException e) {
            AdminResponse.error(ctx, 502, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            AdminResponse.error(ctx, 503, "interrupted");
        }
    }
}
