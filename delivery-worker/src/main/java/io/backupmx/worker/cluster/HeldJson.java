package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import io.vertx.core.json.JsonArray;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How workers show one another the deferred mail that they hold until it is due: of each retry queue one at most. */
final class HeldJson {

    private HeldJson() {}

    static JsonArray write(List<ListedMail> mails) {
        ShownMails shown = new ShownMails();
        mails.forEach(mail -> shown.add(mail.envelope(), json -> {
            json.put("queue", QueueNames.nameOf(mail.queue()))
                    .put("route", mail.route().toString())
                    .put("size", mail.sizeBytes());
            mail.dueAt().ifPresent(at -> json.put("due", at.toEpochMilli()));
        }));
        return shown.json();
    }

    /** Without what another version wrote. */
    static List<ListedMail> read(JsonArray mails) {
        List<ListedMail> all = new ArrayList<>();
        ShownMails.read(mails, (envelope, json) -> {
            Optional<SpoolQueue> queue = QueueNames.parse(json.getString("queue"));
            queue.ifPresent(retry -> all.add(new ListedMail(
                    retry,
                    Route.of(json.getString("route")),
                    envelope,
                    json.getLong("size"),
                    Optional.ofNullable(json.getLong("due")).map(Instant::ofEpochMilli))));
        });
        return all;
    }
}
