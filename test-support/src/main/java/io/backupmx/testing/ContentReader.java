package io.backupmx.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * Reads the content of one mail off the wire and takes the stuffed dots out (RFC 5321 §4.5.2). CRLF alone ends a line and
 * CRLF.CRLF alone the content (§2.3.8, §4.1.1.4); whatever else looks like a line end stays as it is and is noted.
 */
final class ContentReader {

    /** What a client must not send. */
    enum Flaw {
        BARE_CR("a CR without LF in content"),
        BARE_LF("an LF without CR in content"),
        UNSTUFFED_DOT("a line that begins with a single dot in content");

        private final String text;

        Flaw(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private enum State {
        LINE_START,
        IN_LINE,
        /** A CR has come that is not in the content yet. */
        CR,
        /** A dot has come at the start of a line; it is not content. */
        DOT,
        /** Dot and CR at the start of a line. */
        DOT_CR
    }

    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
    private State state = State.LINE_START; // the CRLF after DATA counts

    /**
     * Reads until the final dot.
     *
     * @param goOn asked with the count of octets read so far, before each; reading ends when it says no
     * @return whether the final dot has come
     * @throws EOFException when the client closes first
     */
    boolean read(Wire wire, LongPredicate goOn) throws IOException {
        for (long count = 0; goOn.test(count); count++) {
            int octet = wire.read();
            if (octet < 0) {
                throw new EOFException("closed after " + count + " octets of content");
            }
            if (state == State.DOT_CR && octet == '\n') {
                return true;
            }
            state = next(octet);
        }
        return false;
    }

    private State next(int octet) {
        return switch (state) {
            case LINE_START -> octet == '.' ? State.DOT : inLine(octet);
            case IN_LINE -> inLine(octet);
            case CR -> afterCr(octet);
            case DOT -> afterDot(octet);
            case DOT_CR -> {
                flaws.add(Flaw.UNSTUFFED_DOT);
                yield afterCr(octet);
            }
        };
    }

    private State inLine(int octet) {
        if (octet == '\r') {
            return State.CR;
        }
        if (octet == '\n') {
            flaws.add(Flaw.BARE_LF);
        }
        content.write(octet);
        return State.IN_LINE;
    }

    private State afterCr(int octet) {
        content.write('\r');
        if (octet == '\n') {
            content.write('\n');
            return State.LINE_START;
        }
        flaws.add(Flaw.BARE_CR);
        return inLine(octet);
    }

    private State afterDot(int octet) {
        if (octet == '\r') {
            return State.DOT_CR;
        }
        if (octet != '.') {
            flaws.add(Flaw.UNSTUFFED_DOT);
        }
        return inLine(octet);
    }

    byte[] content() {
        return content.toByteArray();
    }

    Set<Flaw> flaws() {
        return flaws;
    }
}
