package io.backupmx.smtp.client;

import io.backupmx.smtp.SmtpReply;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What the peer offers, as its reply to EHLO says (RFC 5321 §4.1.1.1); nothing at all behind HELO.
 *
 * @param pipelining RFC 2920
 * @param eightBitMime RFC 6152
 * @param smtpUtf8 RFC 6531
 * @param dsn RFC 3461
 * @param startTls RFC 3207
 * @param size whether MAIL takes SIZE= (RFC 1870)
 * @param maxSizeBytes the size limit it states; empty when it states none
 */
public record Extensions(
        boolean pipelining,
        boolean eightBitMime,
        boolean smtpUtf8,
        boolean dsn,
        boolean startTls,
        boolean size,
        OptionalLong maxSizeBytes) {

    static final Extensions NONE = new Extensions(false, false, false, false, false, false, OptionalLong.empty());

    static Extensions of(SmtpReply ehlo) {
        boolean pipelining = false;
        boolean eightBitMime = false;
        boolean smtpUtf8 = false;
        boolean dsn = false;
        boolean startTls = false;
        boolean size = false;
        OptionalLong maxSizeBytes = OptionalLong.empty();
        List<String> lines = ehlo.lines();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.strip().split("[ \t]+", -1);
            switch (words[0].toUpperCase(Locale.ROOT)) {
                case "PIPELINING" -> pipelining = true;
                case "8BITMIME" -> eightBitMime = true;
                case "SMTPUTF8" -> smtpUtf8 = true;
                case "DSN" -> dsn = true;
                case "STARTTLS" -> startTls = true;
                case "SIZE" -> {
                    size = true;
                    maxSizeBytes = words.length > 1 ? limit(words[1]) : OptionalLong.empty();
                }
                default -> {
                    // Not needed here.
                }
            }
        }
        return new Extensions(pipelining, eightBitMime, smtpUtf8, dsn, startTls, size, maxSizeBytes);
    }

    /** Zero means that there is no fixed limit (RFC 1870 §4). */
    private static OptionalLong limit(String text) {
        if (!text.matches("\\d{1,18}")) {
            return OptionalLong.empty();
        }
        long bytes = Long.parseLong(text);
        return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }
}
