package io.backupmx.worker.admin;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the header of a content that streams in, up to a limit, and lets the rest pass. */
final class HeaderSink extends OutputStream {

    static final int MAX_BYTES = 64 << 10;

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(4096);
    private boolean lineIsEmpty = true;
    private boolean ended;
    private boolean cut;

    @Override
    public void write(int octet) {
        if (ended) {
            return;
        }
        if (octet == '\n' && lineIsEmpty) {
            ended = true; // RFC 5322 §2.1: an empty line ends the header
        } else if (kept.size() == MAX_BYTES) {
            ended = true;
            cut = true;
        } else {
            kept.write(octet);
            lineIsEmpty = octet == '\n' || (octet == '\r' && lineIsEmpty);
        }
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        for (int i = offset; i < offset + length && !ended; i++) {
            write(octets[i]);
        }
    }

    /** Whether there was more than is kept. */
    boolean isCut() {
        return cut;
    }

    /** With line ends as they came; octets that are no UTF-8 are replaced. */
    String text() {
        return kept.toString(StandardCharsets.UTF_8).stripTrailing();
    }
}
