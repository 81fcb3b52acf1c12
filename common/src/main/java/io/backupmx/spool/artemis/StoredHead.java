package io.backupmx.spool.artemis;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.MailCodec;
import io.backupmx.mail.UnknownFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The head of a stored mail, header and envelope, as it streams in by pieces of any size. */
final class StoredHead {

    private final ByteArrayOutputStream octets = new ByteArrayOutputStream(4096);
    private int wanted = MailCodec.HEADER_BYTES;

    boolean isWhole() {
        return octets.size() == wanted;
    }

    /** Takes its part of what comes, maybe nothing; how many octets that were. */
    int take(byte[] from, int offset, int length) {
        int taken = 0;
        while (taken < length && !isWhole()) {
            int part = Math.min(length - taken, wanted - octets.size());
            octets.write(from, offset + taken, part);
            taken += part;
            if (octets.size() == MailCodec.HEADER_BYTES && wanted == MailCodec.HEADER_BYTES) {
                int envelopeBytes = ByteBuffer.wrap(octets.toByteArray()).getInt(1);
                // Nonsense is left to the decoder to refuse.
                wanted += Math.max(0, Math.min(envelopeBytes, 256 << 20));
            }
        }
        return taken;
    }

    Envelope envelope() throws IOException, UnknownFormatException {
        return MailCodec.decode(new ByteArrayInputStream(octets.toByteArray()));
    }
}
