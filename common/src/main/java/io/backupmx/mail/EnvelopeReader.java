package io.backupmx.mail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the JSON that {@link MailCodec} writes, member by member: a tree of it would cost more than all else that is done to
 * take a mail. Members it does not know are skipped, whatever they hold.
 */
final class EnvelopeReader {

    private final JsonParser json;

    private EnvelopeReader(JsonParser json) {
        this.json = json;
    }

    /** @throws RuntimeException when a member is missing or makes no sense */
    static Envelope read(JsonFactory factory, byte[] block) throws IOException {
        try (JsonParser json = factory.createParser(block)) {
            json.nextToken();
            return new EnvelopeReader(json).envelope();
        }
    }

    private Envelope envelope() throws IOException {
        List<Recipient> recipients = new ArrayList<>();
        Map<String, String> texts = new HashMap<>();
        checkIs(JsonToken.START_OBJECT);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals("to")) {
                checkIs(JsonToken.START_ARRAY);
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    recipients.add(recipient());
                }
            } else {
                keep(name, texts);
            }
        }
        checkIs(JsonToken.END_OBJECT);
        Arrival arrival = new Arrival(
                Instant.ofEpochMilli(Long.parseLong(text(texts, "arrived"))),
                text(texts, "client"),
                text(texts, "helo"),
                text(texts, "protocol"),
                tls(texts),
                Domain.of(text(texts, "by")));
        return new Envelope(
                new QueueId(text(texts, "id")),
                arrival,
                ReversePath.parse(text(texts, "from")).orElseThrow(),
                recipients,
                BodyType.valueOf(text(texts, "body")),
                Boolean.parseBoolean(text(texts, "smtputf8")),
                Boolean.parseBoolean(texts.get("requiretls")),
                Optional.ofNullable(texts.get("envid")),
                Optional.ofNullable(texts.get("ret")),
                Integer.parseInt(text(texts, "attempts")),
                Boolean.parseBoolean(texts.get("delay_reported")));
    }

    private static Optional<TlsFacts> tls(Map<String, String> texts) {
        String version = texts.get("tls_version");
        return version == null ? Optional.empty() : Optional.of(new TlsFacts(version, text(texts, "tls_cipher")));
    }

    private Recipient recipient() throws IOException {
        Map<String, String> texts = new HashMap<>();
        checkIs(JsonToken.START_OBJECT);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            keep(name, texts);
        }
        checkIs(JsonToken.END_OBJECT);
        return new Recipient(
                ForwardPath.parse(text(texts, "path")).orElseThrow(),
                Optional.ofNullable(texts.get("orcpt")),
                Optional.ofNullable(texts.get("notify")),
                Optional.ofNullable(texts.get("last_reply")));
    }

    /** The text of a plain value; anything else is a newer version's, and passed over. */
    private void keep(String name, Map<String, String> texts) throws IOException {
        if (json.currentToken().isScalarValue()) {
            texts.put(name, json.getText());
        } else {
            json.skipChildren();
        }
    }

    private void checkIs(JsonToken expected) {
        if (json.currentToken() != expected) {
            throw new IllegalArgumentException("not " + expected + " but " + json.currentToken());
        }
    }

    private static String text(Map<String, String> texts, String name) {
        String text = texts.get(name);
        if (text == null) {
            throw new IllegalArgumentException("no member " + name);
        }
        return text;
    }
}
