package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.reload.Confirmation;
import io.backupmx.reload.ReloadOutcome;
import io.backupmx.reload.TableReloads;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * {@code POST /api/v1/reload}: loads the relay tables anew, and the certificate, or says what that would come to. The answer
 * is 200 whatever became of it; {@code outcome} says what did of the tables, {@code other_problems} what is wrong besides.
 */
public final class ReloadRequests implements AdminRequests {

    static final int MAX_SHOWN = 1000;

    private static final int SHOWN = 20;

    private final TableReloads reloads;

    public ReloadRequests(TableReloads reloads) {
        this.reloads = reloads;
    }

    @Override
    public void mount(Router router) {
        router.post(AdminApi.PREFIX + "reload").handler(AdminApi.blocking(this::reload));
    }

    private void reload(RoutingContext ctx) {
        Optional<Request> request =
                Request.parse(Optional.ofNullable(ctx.body().asString()).orElse(""));
        if (request.isEmpty()) {
            AdminResponse.error(
                    ctx,
                    400,
                    "send {}, {\"confirm\": \"CODE\"}, {\"confirm\": true} or {\"preview\": true}, with \"show\" from 0 to "
                            + MAX_SHOWN);
            return;
        }
        boolean preview = request.get().preview();
        ReloadOutcome outcome = preview
                ? reloads.preview()
                : reloads.reload(TableReloads.Cause.COMMAND, request.get().confirm());
        JsonObject answer = ReloadJson.describe(outcome, request.get().show())
                .put("other_problems", new JsonArray(preview ? List.<String>of() : reloads.reloadCompanions()));
        AdminResponse.json(ctx, answer.put("in_use", ReloadJson.describe(reloads.inUse())));
    }

    /** @param show how many of each kind of change */
    private record Request(Confirmation confirm, boolean preview, int show) {

        private static Confirmation confirmation(JsonNode said) {
            if (said.isTextual()) {
                return new Confirmation.Of(said.asText());
            }
            return said.asBoolean(false) ? new Confirmation.OfTheLast() : new Confirmation.None();
        }

        static Optional<Request> parse(String body) {
            try {
                JsonNode json = AdminJson.MAPPER.readTree(body);
                Request request = new Request(
                        confirmation(json.path("confirm")),
                        json.path("preview").asBoolean(false),
                        json.path("show").asInt(SHOWN));
                boolean sound = json.isObject()
                        && (!request.preview || request.confirm instanceof Confirmation.None)
                        && request.show >= 0
                        && request.show <= MAX_SHOWN;
                return sound ? Optional.of(request) : Optional.empty();
            } catch (JacksonException e) {
                return Optional.empty();
            }
        }
    }
}
