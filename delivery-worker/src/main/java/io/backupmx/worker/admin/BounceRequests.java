package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.mail.QueueId;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.worker.WorkerView;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An operator has the senders of failed mail told, whatever the configuration says of that. */
public final class BounceRequests implements AdminRequests {

    private static final Logger LOG = LoggerFactory.getLogger(BounceRequests.class);

    private final SpoolAdmin spool;
    private final WorkerView worker;

    public BounceRequests(SpoolAdmin spool, WorkerView worker) {
        this.spool = spool;
        this.worker = worker;
    }

    @Override
    public void mount(Router router) {
        router.post(AdminApi.PREFIX + "bounce").handler(AdminApi.blocking(this::bounce));
    }

    private void bounce(RoutingContext ctx) {
        JsonNode asked = read(Optional.ofNullable(ctx.body().asString()).orElse(""));
        Optional<QueueId> id = QueueId.parse(asked.path("queue_id").asText(""));
        boolean all = asked.path("all").asBoolean(false);
        if (all == id.isPresent() || all == asked.has("queue_id")) {
            AdminResponse.error(ctx, 400, "send {\"queue_id\": \"...\"} or {\"all\": true}");
            return;
        }
        int bounced;
        try {
            bounced = spool.bounce(id);
        } finally {
            worker.toReport(ReportKind.DEMANDED); // without an answer, too, some of it may have been moved
        }
        LOG.atInfo()
                .addKeyValue("queue_id", id.map(QueueId::value).orElse("all"))
                .addKeyValue("mails", bounced)
                .log("bounce asked for");
        if (id.isPresent() && bounced == 0) {
            AdminResponse.error(ctx, 404, "no failed mail with a sender who could be told has the id " + id.get());
        } else {
            AdminResponse.json(ctx, new JsonObject().put("bounced", bounced));
        }
    }

    private static JsonNode read(String body) {
        try {
            return AdminJson.MAPPER.readTree(body);
        } catch (JacksonException e) {
            return AdminJson.MAPPER.createObjectNode();
        }
    }
}
