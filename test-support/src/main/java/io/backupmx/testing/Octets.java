package io.backupmx.testing;

import java.nio.charset.StandardCharsets;

/** Octets as text in messages of failed tests, and back. */
final class Octets {

    private static final int SHOWN = 300;

    private Octets() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Quoted, with what is not printable ASCII escaped, and cut when long. */
    static String shown(byte[] octets) {
        StringBuilder text = new StringBuilder("\"");
        int count = Math.min(octets.length, SHOWN);
        for (int i = 0; i < count; i++) {
            int octet = octets[i] & 0xff;
            switch (octet) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '"', '\\' -> text.append('\\').append((char) octet);
                default -> {
                    if (octet >= ' ' && octet < 0x7f) {
                        text.append((char) octet);
                    } else {
                        text.append(String.format("\\x%02x", octet));
                    }
                }
            }
        }
        text.append('"');
        return octets.length > SHOWN ? text + "... (" + octets.length + " octets)" : text.toString();
    }
}
