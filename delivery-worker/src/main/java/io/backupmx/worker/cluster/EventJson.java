package io.backupmx.worker.cluster;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.Trouble;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** How a worker's events travel to the keeper. */
final class EventJson {

    private EventJson() {}

    /** Empty for what only a keeper does itself: probes, trials, an operator's word. */
    static Optional<JsonObject> write(GateEvent event) {
        return switch (event) {
            case GateEvent.Delivered(int mails) -> json("delivered", o -> o.put("mails", mails));
            case GateEvent.TempFailed(QueueId mail, String why) ->
                json("temp_failed", o -> o.put("mail", mail.value()).put("why", why));
            case GateEvent.Met(Trouble trouble, int othersAlive) -> json("met", o -> put(o, trouble, othersAlive));
            case GateEvent.ContentLost(QueueId mail, Trouble trouble, int othersAlive) ->
                json("content_lost", o -> put(o.put("mail", mail.value()), trouble, othersAlive));
            case GateEvent.Refused(QueueId mail, ForwardPath recipient, boolean amiss, String why) ->
                json(
                        "refused",
                        o -> o.put("mail", mail.value())
                                .put("recipient", recipient.toString())
                                .put("listed", amiss) // its name when it said less
                                .put("why", why));
            case GateEvent.RefusedAll(String why) -> json("refused_all", o -> o.put("why", why));
            case GateEvent.Slow(String why) -> json("slow", o -> o.put("why", why));
            case GateEvent.Answered _,
                    GateEvent.NotAnswered _,
                    GateEvent.Tried _,
                    GateEvent.Hold _,
                    GateEvent.Release _,
                    GateEvent.Flush _ -> Optional.empty();
        };
    }

    /** Empty for what another version says. */
    static Optional<GateEvent> read(JsonObject json) {
        try {
            return switch (json.getString("event", "")) {
                case "delivered" -> Optional.of(new GateEvent.Delivered(json.getInteger("mails")));
                case "temp_failed" -> Optional.of(new GateEvent.TempFailed(mail(json), json.getString("why")));
                case "met" -> Optional.of(new GateEvent.Met(trouble(json), json.getInteger("others_alive")));
                case "content_lost" ->
                    Optional.of(new GateEvent.ContentLost(mail(json), trouble(json), json.getInteger("others_alive")));
                case "refused" ->
                    Optional.of(new GateEvent.Refused(
                            mail(json),
                            ForwardPath.parse(json.getString("recipient")).orElseThrow(),
                            json.getBoolean("listed"),
                            json.getString("why")));
                case "refused_all" -> Optional.of(new GateEvent.RefusedAll(json.getString("why")));
                case "slow" -> Optional.of(new GateEvent.Slow(json.getString("why")));
                default -> Optional.empty();
            };
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private interface Filling {
        JsonObject with(JsonObject json);
    }

    private static Optional<JsonObject> json(String name, Filling filling) {
        return Optional.of(filling.with(new JsonObject().put("event", name)));
    }

    private static JsonObject put(JsonObject json, Trouble trouble, int othersAlive) {
        return json.put("kind", trouble.kind().name()).put("why", trouble.why()).put("others_alive", othersAlive);
    }

    private static QueueId mail(JsonObject json) {
        return new QueueId(json.getString("mail"));
    }

    private static Trouble trouble(JsonObject json) {
        return new Trouble(Trouble.Kind.valueOf(json.getString("kind")), json.getString("why"));
    }
}
