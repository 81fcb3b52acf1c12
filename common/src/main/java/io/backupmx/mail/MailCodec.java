package io.backupmx.mail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The stored form of a mail, and the one place that knows it: a header of {@link #HEADER_BYTES} octets (format version,
 * length of the envelope), the envelope as JSON, then the content's exact octets. Readers ignore members they do not know;
 * a change that older readers would misread takes a new version.
 */
public final class MailCodec {

    private static final int USUAL_VERSION = 1;

    /** Of mail with REQUIRETLS: who does not know that is not to send it as any other. Else the same. */
    private static final int REQUIRING_TLS = 2;

    /** Of all that are read. */
    public static final int NEWEST_VERSION = REQUIRING_TLS;

    /** One octet of version, four of length. */
    public static final int HEADER_BYTES = 5;

    /** Far above 100 000 recipients with all their options; a length beyond it is not ours. */
    private static final int MAX_ENVELOPE_BYTES = 256 << 20;

    private static final JsonFactory JSON = new JsonFactory();

    private MailCodec() {}

    /** What {@link #encode} writes for it. */
    public static int versionOf(Envelope envelope) {
        return envelope.requireTls() ? REQUIRING_TLS : USUAL_VERSION;
    }

    public static boolean reads(int version) {
        return version >= USUAL_VERSION && version <= NEWEST_VERSION;
    }

    /** Header and envelope, to be followed by the content. */
    public static byte[] encode(Envelope envelope) {
        ByteArrayOutputStream out =
                new ByteArrayOutputStream(512 + 128 * envelope.recipients().size());
        out.writeBytes(new byte[HEADER_BYTES]);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            write(json, envelope);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        byte[] block = out.toByteArray();
        ByteBuffer.wrap(block).put((byte) versionOf(envelope)).putInt(block.length - HEADER_BYTES);
        return block;
    }

    /**
     * Reads header and envelope; the stream is then at the content's first octet.
     *
     * @throws UnknownFormatException when this is no mail of a version we read: to be put back untouched
     */
    public static Envelope decode(InputStream in) throws IOException, UnknownFormatException {
        DataInputStream data = new DataInputStream(in);
        try {
            int version = data.readUnsignedByte();
            int length = data.readInt();
            if (!reads(version) || length < 2 || length > MAX_ENVELOPE_BYTES) {
                throw new UnknownFormatException("format version " + version + ", envelope of " + length + " octets");
            }
            byte[] block = data.readNBytes(length);
            if (block.length < length) {
                throw new UnknownFormatException("envelope cut short");
            }
            return EnvelopeReader.read(JSON, block);
        } catch (EOFException | com.fasterxml.jackson.core.JacksonException e) {
            throw new UnknownFormatException("no envelope", e);
        } catch (RuntimeException e) {
            throw new UnknownFormatException("an envelope that makes no sense", e);
        }
    }

    private static void write(JsonGenerator json, Envelope envelope) throws IOException {
        Arrival arrival = envelope.arrival();
        json.writeStartObject();
        json.writeStringField("id", envelope.queueId().value());
        json.writeNumberField("arrived", arrival.at().toEpochMilli());
        json.writeStringField("client", arrival.clientAddress());
        json.writeStringField("helo", arrival.helo());
        json.writeStringField("protocol", arrival.protocol());
        optional(json, "tls_version", arrival.tls().map(TlsFacts::version));
        optional(json, "tls_cipher", arrival.tls().map(TlsFacts::cipher));
        json.writeStringField("by", arrival.receivedBy().name());
        json.writeStringField("from", envelope.from().toString());
        json.writeStringField("body", envelope.body().name());
        json.writeBooleanField("smtputf8", envelope.smtpUtf8());
        if (envelope.requireTls()) {
            json.writeBooleanField("requiretls", true);
        }
        json.writeNumberField("attempts", envelope.attempts());
        if (envelope.delayReported()) {
            json.writeBooleanField("delay_reported", true);
        }
        optional(json, "envid", envelope.envelopeId());
        optional(json, "ret", envelope.returnContent());
        json.writeArrayFieldStart("to");
        for (Recipient recipient : envelope.recipients()) {
            json.writeStartObject();
            json.writeStringField("path", recipient.path().toString());
            optional(json, "orcpt", recipient.originalRecipient());
            optional(json, "notify", recipient.notifyOn());
            optional(json, "last_reply", recipient.lastReply());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void optional(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }
}
