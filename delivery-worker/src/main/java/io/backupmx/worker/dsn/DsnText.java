package io.backupmx.worker.dsn;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** How the parameters of a sender, and what others said, are written in a report: whatever they are, in its grammar. */
final class DsnText {

    /** With what comes before it within the 998 of RFC 5322 §2.1.1, were it all of four octets. */
    private static final int MAX_LINE = 240;

    private DsnText() {}

    /** Of xtext (RFC 3461 §4); what is none stays as it is. */
    static String decoded(String xtext) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        byte[] written = xtext.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < written.length; i++) {
            if (written[i] == '+'
                    && i + 2 < written.length
                    && HexFormat.isHexDigit(written[i + 1])
                    && HexFormat.isHexDigit(written[i + 2])) {
                octets.write((HexFormat.fromHexDigit(written[i + 1]) << 4) + HexFormat.fromHexDigit(written[i + 2]));
                i += 2;
            } else {
                octets.write(written[i]);
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    /**
     * The original recipient as a field's value, of ORCPT as it was said: its type, and the address decoded (RFC 3464 §2.3.1).
     * Of the type {@code utf-8} the address is written as RFC 6533 §3 has it, not in xtext.
     */
    static String originalRecipient(String orcpt, boolean utf8) {
        int semicolon = orcpt.indexOf(';');
        String type = semicolon < 0 ? "rfc822" : orcpt.substring(0, semicolon);
        String address = orcpt.substring(semicolon + 1);
        if (type.toLowerCase(Locale.ROOT).equals("utf-8")) {
            return type + "; " + (utf8 ? line(address, true) : asciiOnly(address));
        }
        return type + "; " + line(decoded(address), utf8);
    }

    /** An address of ours as a field's value (RFC 3464 §2.3.2, RFC 6533 §3). */
    static String recipient(String address, boolean utf8) {
        return isAscii(address) ? "rfc822; " + address : "utf-8; " + (utf8 ? address : unicodeXtext(address));
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    /** utf-8-addr-xtext: what is beyond ASCII, and what would be mistaken, by its number (RFC 6533 §3). */
    private static String unicodeXtext(String address) {
        StringBuilder text = new StringBuilder();
        address.codePoints().forEach(c -> {
            if (c > ' ' && c < 127 && c != '\\' && c != '+' && c != '=') {
                text.appendCodePoint(c);
            } else {
                escape(c, text);
            }
        });
        return text.toString();
    }

    /** What a client wrote as utf-8-addr-unitext; its escapes are as they are. */
    private static String asciiOnly(String address) {
        StringBuilder text = new StringBuilder();
        address.codePoints().forEach(c -> {
            if (c > ' ' && c < 127) {
                text.appendCodePoint(c);
            } else {
                escape(c, text);
            }
        });
        return text.toString();
    }

    private static void escape(int codePoint, StringBuilder text) {
        text.append("\\x{")
                .append(Integer.toHexString(codePoint).toUpperCase(Locale.ROOT))
                .append('}');
    }

    /** In one line, not too long for one, of what may stand in a field; {@code ?} for anything else. */
    static String line(String text, boolean utf8) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_LINE));
        text.codePoints()
                .limit(MAX_LINE)
                .forEach(c -> line.appendCodePoint(
                        (c >= ' ' && c < 127) || (utf8 && c >= 160 && Character.isDefined(c)) ? c : '?'));
        return line.toString().strip();
    }
}
