package io.backupmx.worker.admin;

import io.vertx.ext.web.Router;

/** A part of the admin API. */
public interface AdminRequests {

    /** Adds its paths; whoever asks has been let in, and a body has been read. */
    void mount(Router router);

    /** Nothing: whatever is asked, {@code why} is the answer. */
    static AdminRequests none(String why) {
        return router -> router.route(AdminApi.PREFIX + "*").handler(ctx -> AdminResponse.error(ctx, 404, why));
    }
}
