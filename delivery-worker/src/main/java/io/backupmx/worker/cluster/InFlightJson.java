package io.backupmx.worker.cluster;

import io.backupmx.mail.MailCodec;
import io.backupmx.mail.UnknownFormatException;
import io.backupmx.route.Route;
import io.backupmx.worker.InFlightMail;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How workers show one another what they have in hand. */
final class InFlightJson {

    /** More would be no listing anybody reads, and no message anybody should send. */
    private static final int MAX_MAILS = 500;

    /** A mail to very many recipients is not shown whole; its envelope would be megabytes. */
    private static final int MAX_RECIPIENTS = 50;

    private InFlightJson() {}

    static JsonArray write(List<InFlightMail> mails) {
        JsonArray all = new JsonArray();
        mails.stream().limit(MAX_MAILS).forEach(mail -> all.add(write(mail)));
        return all;
    }

    private static JsonObject write(InFlightMail mail) {
        var recipients = mail.envelope().recipients();
        var shown = mail.envelope().withRecipients(recipients.subList(0, Math.min(MAX_RECIPIENTS, recipients.size())));
        return new JsonObject()
                .put("route", mail.route().toString())
                .put("envelope", MailCodec.encode(shown))
                .put("size", mail.sizeBytes())
                .put("since", mail.since().toEpochMilli());
    }

    /** Without what another version wrote. */
    static List<InFlightMail> read(JsonArray mails) {
        List<InFlightMail> all = new ArrayList<>();
        for (int i = 0; i < mails.size(); i++) {
            try {
                JsonObject mail = mails.getJsonObject(i);
                all.add(new InFlightMail(
                        Route.of(mail.getString("route")),
                        MailCodec.decode(new ByteArrayInputStream(mail.getBinary("envelope"))),
                        mail.getLong("size"),
                        Instant.ofEpochMilli(mail.getLong("since"))));
            } catch (UnknownFormatException | IOException | RuntimeException _) {
                // not shown
            }
        }
        return all;
    }
}
