package io.backupmx.spool.artemis;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.SpilledContent;
import io.backupmx.mail.UnknownFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes a large message apart as it streams in: the envelope to memory, the content to a file, or to nowhere (ADR 0036). */
final class LargeBodySink extends OutputStream {

    private final StoredHead head = new StoredHead();
    private final Optional<Path> spillDirectory;
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
        int headOctets = head.take(octets, offset, length);
        int at = offset + headOctets;
        int left = length - headOctets;
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
        return head.envelope();
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
