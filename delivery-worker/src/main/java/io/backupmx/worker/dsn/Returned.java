package io.backupmx.worker.dsn;

import io.backupmx.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** What a report gives back of the mail it is about, never more than fits into memory. */
public final class Returned {

    /** Beyond it the header has to do. */
    static final int MAX_WHOLE_BYTES = 50_000;

    /** Beyond it the header ends with the last field that fits. */
    static final int MAX_HEADER_BYTES = 16_000;

    private final boolean whole;
    private final byte[] octets;

    private Returned(boolean whole, byte[] octets) {
        this.whole = whole;
        this.octets = octets;
    }

    /** @param full whether the sender asked for all of it (RFC 3461 §4.3) */
    public static Returned of(Content content, boolean full) throws IOException {
        if (full && content.sizeBytes() <= MAX_WHOLE_BYTES) {
            try (InputStream in = content.open()) {
                return new Returned(true, in.readAllBytes());
            }
        }
        HeaderSection header = HeaderSection.of(content, MAX_HEADER_BYTES);
        return new Returned(false, header.isWhole() ? header.octets() : uptoLastField(header.octets()));
    }

    private static byte[] uptoLastField(byte[] octets) {
        for (int i = octets.length - 2; i > 1; i--) {
            boolean lineBegins = octets[i - 2] == '\r' && octets[i - 1] == '\n';
            if (lineBegins && octets[i] != ' ' && octets[i] != '\t') {
                return Arrays.copyOf(octets, i);
            }
        }
        return new byte[0];
    }

    /** All of it, or its header only. */
    boolean whole() {
        return whole;
    }

    /** Not to be changed. */
    byte[] octets() {
        return octets;
    }

    boolean isAscii() {
        for (byte octet : octets) {
            if (octet < 0) {
                return false;
            }
        }
        return true;
    }
}
