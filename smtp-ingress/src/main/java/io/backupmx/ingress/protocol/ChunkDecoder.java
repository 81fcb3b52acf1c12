package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig.BareLineEnd;
import java.nio.ByteBuffer;

/**
 * Counts the octets of the chunks of one content (RFC 3030 §2) and gives them away as they came: a dot is nothing special
 * here. As BINARYMIME is not offered, bare CR and LF are as wrong as behind DATA. However chunks and buffers split the
 * octets, the outcome is the same.
 */
final class ChunkDecoder implements ContentDecoder {

    private final LineEnds lineEnds;
    private long remaining;
    private boolean last;
    private boolean heldCr;

    ChunkDecoder(BareLineEnd policy, DataDecoder.Sink sink) {
        this.lineEnds = new LineEnds(policy, sink);
    }

    /** A chunk of {@code bytes} begins, the one before having ended. */
    void begin(long bytes, boolean isLast) {
        remaining = bytes;
        last = isLast;
    }

    @Override
    public boolean decode(ByteBuffer in) {
        int count = (int) Math.min(remaining, in.remaining());
        int from = in.arrayOffset() + in.position();
        take(in.array(), from, from + count);
        in.position(in.position() + count);
        remaining -= count;
        if (remaining > 0) {
            return false;
        }
        if (last && heldCr) {
            heldCr = false;
            lineEnds.bareCr();
        }
        return true;
    }

    @Override
    public boolean sawBareLineEnd() {
        return lineEnds.sawBare();
    }

    private void take(byte[] octets, int from, int to) {
        int i = from;
        int pending = from; // from here to i is to be given away
        if (heldCr && i < to) {
            heldCr = false;
            if (octets[i] == '\n') {
                lineEnds.crlf();
                pending = ++i;
            } else {
                lineEnds.bareCr();
            }
        }
        while ((i = Octets.indexOfLineEnd(octets, i, to)) < to) {
            if (octets[i] == '\n') {
                lineEnds.give(octets, pending, i);
                lineEnds.bareLf();
                pending = ++i;
            } else if (i + 1 == to) {
                lineEnds.give(octets, pending, i);
                heldCr = true;
                pending = ++i;
            } else if (octets[i + 1] == '\n') {
                i += 2;
            } else {
                lineEnds.give(octets, pending, i);
                lineEnds.bareCr();
                pending = ++i;
            }
        }
        lineEnds.give(octets, pending, to);
    }
}
