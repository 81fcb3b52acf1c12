package io.backupmx.spool.artemis;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.MailCodec;
import io.backupmx.mail.SpilledContent;
import io.backupmx.mail.UnknownFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes a large message apart as it streams in: the envelope to memory, the content to a file, or to nowhere. */
final class LargeBodySink extends OutputStream {

    private final ByteArrayOutputStream head = new ByteArrayOutputStream(4096);
    private final Optional<Path> spillDirectory;
    private int headBytes = MailCodec.HEADER_BYTES;
    private @Nullable SpilledContent content;
    private @Nullable SpillException failure;

    LargeBodySink(Path spillDirectory) {
        this(Optional.of(spillDirectory));
    }

    private LargeBodySink(Optional<Path> spillDirectory) {
        this.spillDirectory = spillDirectory;
    }

    /** Lets the content pass: a consumer must see a large message to its end before it can have the next one. */
    static LargeBodySink envelopeOnly() {
        return new LargeBodySink(Optional.empty());
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        int at = offset;
        int left = length;
        while (left > 0 && head.size() < headBytes) {
            int part = Math.min(left, headBytes - head.size());
            head.write(octets, at, part);
            at += part;
            left -= part;
            if (head.size() == MailCodec.HEADER_BYTES && headBytes == MailCodec.HEADER_BYTES) {
                int envelopeBytes = ByteBuffer.wrap(head.toByteArray()).getInt(1);
                // Nonsense is left to the decoder to refuse.
                headBytes += Math.max(0, Math.min(envelopeBytes, 256 << 20));
            }
        }
        if (left > 0 && spillDirectory.isPresent() && failure == null) {
            try {
                if (content == null) {
                    content = SpilledContent.in(spillDirectory.get());
                }
                content.append(octets, at, left);
            } catch (IOException e) {
                // Not thrown into the client: it would take it for the broker's fault, and never get past this message.
                failure = new SpillException(e);
            }
        }
    }

    Envelope envelope() throws IOException, UnknownFormatException {
        return MailCodec.decode(new ByteArrayInputStream(head.toByteArray()));
    }

    /**
     * The mail; its content is the caller's from now on.
     *
     * @throws SpillException when our own disk did not take it
     */
    MailMessages.Body finish() throws IOException, UnknownFormatException {
        if (failure != null) {
            throw failure;
        }
        Envelope envelope = envelope();
        SpilledContent whole = content;
        content = null;
        return new MailMessages.Body(envelope, whole == null ? io.backupmx.mail.Content.of(new byte[0]) : whole);
    }

    /** Gives the file back unless {@link #finish} has handed it over; {@code close} is the client's, at the last octet. */
    void discard() {
        if (content != null) {
            content.close();
            content = null;
        }
    }
}
