package io.backupmx.testing;

import java.nio.charset.StandardCharsets;

/** Content of a mail with a name that says what is hard about it. Lines end with CRLF, so SMTP carries it unchanged. */
public final class MailContent {

    private final String name;
    private final byte[] octets;

    private MailContent(String name, byte[] octets) {
        this.name = name;
        this.octets = octets;
    }

    /** @throws IllegalArgumentException when {@code octets} have a bare CR or LF, or do not end with CRLF */
    public static MailContent of(String name, byte[] octets) {
        if (!isLines(octets)) {
            throw new IllegalArgumentException(name + " does not consist of lines that end with CRLF");
        }
        return new MailContent(name, octets.clone());
    }

    /** {@code text} has one character (ISO 8859-1) for each octet. */
    static MailContent of(String name, String text) {
        return of(name, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public String name() {
        return name;
    }

    public byte[] octets() {
        return octets.clone();
    }

    private static boolean isLines(byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            boolean afterCr = i > 0 && octets[i - 1] == '\r';
            if (afterCr != (octets[i] == '\n')) {
                return false;
            }
        }
        return octets.length == 0 || octets[octets.length - 1] == '\n';
    }

    /** The name: what a parameterised test shows. */
    @Override
    public String toString() {
        return name;
    }
}
