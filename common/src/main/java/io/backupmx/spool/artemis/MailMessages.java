package io.backupmx.spool.artemis;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.MailCodec;
import io.backupmx.mail.UnknownFormatException;
import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQPropertyConversionException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * A mail as a broker message: {@link MailCodec}'s form as the body, and as properties only what lists and filters need.
 * Every copy keeps the mail's arrival as the message's timestamp, so the age of a queue's first message is the age of mail.
 */
final class MailMessages {

    static final SimpleString FORMAT = SimpleString.of("bmx_format");
    static final SimpleString QUEUE_ID = SimpleString.of("bmx_queue_id");
    static final SimpleString ROUTE = SimpleString.of("bmx_route");
    static final SimpleString CONTENT_BYTES = SimpleString.of("bmx_content_bytes");
    static final SimpleString DOMAIN = SimpleString.of("bmx_domain");
    static final SimpleString FIRST_RECIPIENT = SimpleString.of("bmx_first_recipient");
    static final SimpleString RECIPIENT_COUNT = SimpleString.of("bmx_recipient_count");
    static final SimpleString ATTEMPTS = SimpleString.of("bmx_attempts");

    /** There, and true, on mail from {@code <>}. */
    static final SimpleString NULL_SENDER = SimpleString.of("bmx_null_sender");

    static final SimpleString NOT_BEFORE = SimpleString.of("bmx_not_before");
    static final SimpleString FAILED_AT = SimpleString.of("bmx_failed_at");

    /** Bodies above it are streamed by client and broker as large messages. */
    static final int LARGE_BYTES = 100 << 10;

    private static final byte PRIORITY = 4;

    private MailMessages() {}

    /** What a message says of its mail without its body being read. */
    record Facts(Route route, long contentBytes, Optional<Instant> notBefore) {}

    /** Whether the mail would be a large message. */
    static boolean isLarge(int envelopeBytes, Content content) {
        return envelopeBytes + content.sizeBytes() > LARGE_BYTES;
    }

    /**
     * The message to send. A large one reads {@code content} only while it is being sent.
     *
     * @param block the envelope as {@link MailCodec#encode} made it
     * @param notBefore for a retry queue
     */
    static ClientMessage toMessage(
            ClientSession session,
            Route route,
            Envelope envelope,
            byte[] block,
            Content content,
            Optional<Instant> notBefore)
            throws IOException {
        boolean large = isLarge(block.length, content);
        ClientMessage message = session.createMessage(
                Message.DEFAULT_TYPE, true, 0, envelope.arrival().at().toEpochMilli(), PRIORITY);
        if (large) {
            message.setBodyInputStream(new SequenceInputStream(new ByteArrayInputStream(block), content.open()));
        } else {
            ActiveMQBuffer body = message.getBodyBuffer();
            body.writeBytes(block);
            if (content instanceof Content.InMemory inMemory) {
                body.writeBytes(inMemory.octets());
            } else {
                body.writeBytes(content.open().readAllBytes());
            }
        }
        ForwardPath first = envelope.recipients().getFirst().path();
        message.putIntProperty(FORMAT, MailCodec.versionOf(envelope));
        message.putStringProperty(QUEUE_ID, SimpleString.of(envelope.queueId().value()));
        message.putStringProperty(ROUTE, SimpleString.of(route.toString()));
        message.putLongProperty(CONTENT_BYTES, content.sizeBytes());
        message.putStringProperty(DOMAIN, SimpleString.of(domainOf(first)));
        message.putStringProperty(FIRST_RECIPIENT, SimpleString.of(first.address()));
        message.putIntProperty(RECIPIENT_COUNT, envelope.recipients().size());
        message.putIntProperty(ATTEMPTS, envelope.attempts());
        if (envelope.from() instanceof ReversePath.Null) {
            message.putBooleanProperty(NULL_SENDER, true);
        }
        notBefore.ifPresent(at -> message.putLongProperty(NOT_BEFORE, at.toEpochMilli()));
        return message;
    }

    /** Notes in it when its mail ended without delivery. */
    static void markFailed(ClientMessage message, Instant at) {
        message.putLongProperty(FAILED_AT, at.toEpochMilli());
    }

    static Optional<Instant> failedAt(ClientMessage message) {
        return message.getObjectProperty(FAILED_AT) instanceof Long millis
                ? Optional.of(Instant.ofEpochMilli(millis))
                : Optional.empty();
    }

    /** @throws UnknownFormatException when another version, or something else altogether, wrote it */
    static Facts factsOf(ClientMessage message) throws UnknownFormatException {
        return factsOf(message, Route::of);
    }

    /**
     * As {@link #factsOf(ClientMessage)}, for who reads many mails of one route.
     *
     * @param routes the route that a text spells; throws {@link IllegalArgumentException} when it spells none
     */
    static Facts factsOf(ClientMessage message, Function<String, Route> routes) throws UnknownFormatException {
        try {
            Object format = message.getObjectProperty(FORMAT);
            if (!(format instanceof Integer version) || !MailCodec.reads(version)) {
                throw new UnknownFormatException("format version " + format);
            }
            return new Facts(
                    routes.apply(message.getStringProperty(ROUTE)),
                    message.getLongProperty(CONTENT_BYTES),
                    message.containsProperty(NOT_BEFORE)
                            ? Optional.of(Instant.ofEpochMilli(message.getLongProperty(NOT_BEFORE)))
                            : Optional.empty());
        } catch (ActiveMQPropertyConversionException | IllegalArgumentException | NullPointerException e) {
            throw new UnknownFormatException("properties that are not ours", e);
        }
    }

    /** Reads the whole mail, a large content into a file below {@code spillDirectory}. */
    static Body read(ClientMessage message, Path spillDirectory)
            throws ActiveMQException, IOException, UnknownFormatException {
        if (message.isLargeMessage()) {
            LargeBodySink sink = new LargeBodySink(spillDirectory);
            try {
                message.saveToOutputStream(sink);
                return sink.finish();
            } finally {
                sink.discard();
            }
        }
        byte[] octets = octetsOf(message);
        ByteArrayInputStream in = new ByteArrayInputStream(octets);
        Envelope envelope = MailCodec.decode(in);
        return new Body(envelope, Content.of(in.readAllBytes()));
    }

    /** Reads only the envelope; of a large message no more than that is kept. */
    static Envelope readEnvelope(ClientMessage message) throws ActiveMQException, IOException, UnknownFormatException {
        if (message.isLargeMessage()) {
            LargeBodySink sink = LargeBodySink.envelopeOnly();
            message.saveToOutputStream(sink);
            return sink.envelope();
        }
        return MailCodec.decode(new ByteArrayInputStream(octetsOf(message)));
    }

    /**
     * Reads the whole mail and passes its content on as it comes.
     *
     * @param taker says, of the envelope, where that goes
     */
    static void pass(ClientMessage message, Function<Envelope, Optional<OutputStream>> taker)
            throws ActiveMQException, IOException, UnknownFormatException {
        PassingSink sink = new PassingSink(taker);
        if (message.isLargeMessage()) {
            message.saveToOutputStream(sink);
        } else {
            byte[] octets = octetsOf(message);
            sink.write(octets, 0, octets.length);
        }
        sink.finish();
    }

    /** Envelope and content; the content is the receiver's to close. */
    record Body(Envelope envelope, Content content) {}

    private static byte[] octetsOf(ClientMessage message) {
        ActiveMQBuffer body = message.getReadOnlyBodyBuffer();
        byte[] octets = new byte[body.readableBytes()];
        body.readBytes(octets);
        return octets;
    }

    private static String domainOf(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster _ -> "";
            case ForwardPath.To to -> to.mailbox().domain().name();
        };
    }
}
