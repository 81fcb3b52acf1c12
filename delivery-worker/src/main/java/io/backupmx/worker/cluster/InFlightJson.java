package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import io.backupmx.worker.InFlightMail;
import io.vertx.core.json.JsonArray;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How workers show one another what they have in hand. */
final class InFlightJson {

    private InFlightJson() {}

    static JsonArray write(List<InFlightMail> mails) {
        ShownMails shown = new ShownMails();
        mails.forEach(mail -> shown.add(
                mail.envelope(),
                json -> json.put("route", mail.route().toString())
                        .put("size", mail.sizeBytes())
                        .put("since", mail.since().toEpochMilli())));
        return shown.json();
    }

    /** Without what another version wrote. */
    static List<InFlightMail> read(JsonArray mails) {
        List<InFlightMail> all = new ArrayList<>();
        ShownMails.read(
                mails,
                (envelope, json) -> all.add(new InFlightMail(
                        Route.of(json.getString("route")),
                        envelope,
                        json.getLong("size"),
                        Instant.ofEpochMilli(json.getLong("since")))));
        return all;
    }
}
