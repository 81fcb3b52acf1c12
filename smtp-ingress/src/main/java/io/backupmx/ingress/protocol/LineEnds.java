package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig.BareLineEnd;

/** What a content decoder gives away, with bare CR and LF, which RFC 5321 §2.3.8 forbids, noted and maybe made CRLF. */
final class LineEnds {

    private static final byte[] CR = {'\r'};
    private static final byte[] CRLF = {'\r', '\n'};

    private final boolean normalize;
    private final DataDecoder.Sink sink;
    private boolean sawBare;

    LineEnds(BareLineEnd policy, DataDecoder.Sink sink) {
        this.normalize = policy == BareLineEnd.NORMALIZE;
        this.sink = sink;
    }

    /** Whether a CR without LF or an LF without CR was seen so far. */
    boolean sawBare() {
        return sawBare;
    }

    void crlf() {
        give(CRLF, 0, 2);
    }

    void bareCr() {
        sawBare = true;
        give(normalize ? CRLF : CR, 0, normalize ? 2 : 1);
    }

    void bareLf() {
        sawBare = true;
        give(CRLF, normalize ? 0 : 1, 2);
    }

    void give(byte[] octets, int from, int to) {
        if (from < to) {
            sink.accept(octets, from, to - from);
        }
    }
}
