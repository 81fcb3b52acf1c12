package io.backupmx.worker.dsn;

import io.backupmx.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The header of a mail, as far as it was read. */
public final class HeaderSection {

    private final byte[] octets;
    private final long bodyAt;
    private final boolean isWhole;

    private HeaderSection(byte[] octets, long bodyAt, boolean isWhole) {
        this.octets = octets;
        this.bodyAt = bodyAt;
        this.isWhole = isWhole;
    }

    /** Up to the empty line, which is left out. Not to be changed. */
    public byte[] octets() {
        return octets;
    }

    /** Where the body begins, if {@link #isWhole}. */
    public long bodyAt() {
        return bodyAt;
    }

    /** Whether its end was seen. */
    public boolean isWhole() {
        return isWhole;
    }

    /** @param most octets that are read */
    public static HeaderSection of(Content content, int most) throws IOException {
        byte[] octets;
        try (InputStream in = content.open()) {
            octets = in.readNBytes(most);
        }
        if (startsWithLineEnd(octets, 0)) {
            return new HeaderSection(new byte[0], 2, true);
        }
        for (int i = 0; i + 4 <= octets.length; i++) {
            if (startsWithLineEnd(octets, i) && startsWithLineEnd(octets, i + 2)) {
                return new HeaderSection(Arrays.copyOf(octets, i + 2), i + 4L, true);
            }
        }
        return new HeaderSection(octets, octets.length, octets.length == content.sizeBytes());
    }

    private static boolean startsWithLineEnd(byte[] octets, int at) {
        return at + 1 < octets.length && octets[at] == '\r' && octets[at + 1] == '\n';
    }
}
