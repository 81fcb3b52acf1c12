package io.backupmx.spool.artemis;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.UnknownFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes a stored mail apart as it streams in, and passes the content on to whoever the envelope is shown to. What they fail to
 * take is let pass: thrown into the broker's client it would be taken for the broker's fault.
 */
final class PassingSink extends OutputStream {

    private final StoredHead head = new StoredHead();
    private final Function<Envelope, Optional<OutputStream>> taker;
    private @Nullable OutputStream rest;
    private boolean shown;

    PassingSink(Function<Envelope, Optional<OutputStream>> taker) {
        this.taker = taker;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        int headOctets = head.take(octets, offset, length);
        if (headOctets < length) {
            pass(octets, offset + headOctets, length - headOctets);
        }
    }

    private void pass(byte[] octets, int offset, int length) {
        try {
            show();
            if (rest != null) {
                rest.write(octets, offset, length);
            }
        } catch (IOException | UnknownFormatException _) {
            rest = null;
        }
    }

    private void show() throws IOException, UnknownFormatException {
        if (!shown) {
            shown = true;
            rest = taker.apply(head.envelope()).orElse(null);
        }
    }

    /** All of it has come. */
    void finish() throws IOException, UnknownFormatException {
        head.envelope(); // or it is none of ours, and was shown to nobody
        show(); // a content may be empty
    }
}
