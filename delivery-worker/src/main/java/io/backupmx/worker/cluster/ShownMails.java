package io.backupmx.worker.cluster;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.MailCodec;
import io.backupmx.mail.UnknownFormatException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Mails in a message from worker to worker: for people to look at, so many that it stays a message. */
final class ShownMails {

    /** More would be no listing anybody reads. */
    private static final int MAX_MAILS = 500;

    /** A mail to very many recipients is not shown whole; its envelope would be megabytes. */
    private static final int MAX_RECIPIENTS = 50;

    /** Of envelopes; a message that is much larger does not go out at all. */
    static final int MAX_BYTES = 1 << 20;

    private final JsonArray all = new JsonArray();
    private int bytes;

    /** @param facts adds what else is to be shown */
    void add(Envelope envelope, Consumer<JsonObject> facts) {
        if (all.size() >= MAX_MAILS || bytes >= MAX_BYTES) {
            return;
        }
        var recipients = envelope.recipients();
        byte[] shown = MailCodec.encode(
                envelope.withRecipients(recipients.subList(0, Math.min(MAX_RECIPIENTS, recipients.size()))));
        bytes += shown.length;
        JsonObject mail = new JsonObject().put("envelope", shown);
        facts.accept(mail);
        all.add(mail);
    }

    JsonArray json() {
        return all;
    }

    /** @param each what it cannot read is left out */
    static void read(JsonArray mails, BiConsumer<Envelope, JsonObject> each) {
        for (int i = 0; i < mails.size(); i++) {
            try {
                JsonObject mail = mails.getJsonObject(i);
                each.accept(MailCodec.decode(new ByteArrayInputStream(mail.getBinary("envelope"))), mail);
            } catch (UnknownFormatException | IOException | RuntimeException _) {
                // not shown
            }
        }
    }
}
