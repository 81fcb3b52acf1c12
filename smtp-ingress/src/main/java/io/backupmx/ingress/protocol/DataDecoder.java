package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig.BareLineEnd;
import java.nio.ByteBuffer;

/**
 * Finds the end of one content and gives away what is before it, dots un-stuffed (RFC 5321 §4.5.2). Nothing but
 * {@code <CRLF>.<CRLF>} ends a content, the first CRLF being that of the DATA command when the content is empty
 * (§4.1.1.4). Every octet between is given away as it came, NUL and 8-bit ones too; only bare CR and LF, which §2.3.8
 * forbids, become CRLF when they are to be normalized, and even then they end neither a content nor, for dot-stuffing, a
 * line. However the octets are split into buffers, the outcome is the same.
 */
public final class DataDecoder implements ContentDecoder {

    /** Takes slices of the content. The array is only lent. */
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] octets, int offset, int length);
    }

    /** What we have seen and not yet given away: nothing in the first two, else what the name says. */
    private enum At {
        LINE_START,
        WITHIN_LINE,
        CR,
        DOT,
        DOT_CR,
        END
    }

    private final LineEnds lineEnds;
    private At at = At.LINE_START;

    public DataDecoder(BareLineEnd policy, Sink sink) {
        this.lineEnds = new LineEnds(policy, sink);
    }

    @Override
    public boolean decode(ByteBuffer in) {
        byte[] octets = in.array();
        int base = in.arrayOffset();
        int i = base + in.position();
        int to = base + in.limit();
        int pending = i; // from here to i is to be given away
        while (i < to && at != At.END) {
            switch (at) {
                case LINE_START -> {
                    if (octets[i] == '.') {
                        lineEnds.give(octets, pending, i);
                        pending = ++i;
                        at = At.DOT;
                    } else {
                        at = At.WITHIN_LINE;
                    }
                }
                case WITHIN_LINE -> {
                    i = Octets.indexOfLineEnd(octets, i, to);
                    if (i + 1 < to && octets[i] == '\r' && octets[i + 1] == '\n') {
                        i += 2;
                        at = At.LINE_START;
                    } else if (i < to && octets[i] == '\r') {
                        lineEnds.give(octets, pending, i);
                        pending = ++i;
                        at = At.CR;
                    } else if (i < to) {
                        lineEnds.give(octets, pending, i);
                        lineEnds.bareLf();
                        pending = ++i;
                    }
                }
                case CR -> {
                    if (octets[i] == '\n') {
                        lineEnds.crlf();
                        pending = ++i;
                        at = At.LINE_START;
                    } else {
                        lineEnds.bareCr();
                        at = At.WITHIN_LINE;
                    }
                }
                case DOT -> {
                    if (octets[i] == '\r') {
                        pending = ++i;
                        at = At.DOT_CR;
                    } else {
                        at = At.WITHIN_LINE; // the dot was stuffing
                    }
                }
                case DOT_CR -> {
                    if (octets[i] == '\n') {
                        pending = ++i;
                        at = At.END;
                    } else {
                        lineEnds.bareCr();
                        at = At.WITHIN_LINE;
                    }
                }
                case END -> {}
            }
        }
        lineEnds.give(octets, pending, i);
        in.position(i - base);
        return at == At.END;
    }

    @Override
    public boolean sawBareLineEnd() {
        return lineEnds.sawBare();
    }
}
