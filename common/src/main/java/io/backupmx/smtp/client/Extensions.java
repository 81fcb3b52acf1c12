package io.backupmx.smtp.client;

import io.backupmx.smtp.SmtpReply;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the peer offers, as its reply to EHLO says (RFC 5321 §4.1.1.1); nothing at all behind HELO.
 *
 * @param extended whether it took EHLO, or LHLO; of one that knows HELO only nobody knows what it could do
 * @param pipelining RFC 2920
 * @param eightBitMime RFC 6152
 * @param smtpUtf8 RFC 6531
 * @param dsn RFC 3461
 * @param startTls RFC 3207
 * @param requireTls RFC 8689
 * @param size whether MAIL takes SIZE= (RFC 1870)
 * @param maxSizeBytes the size limit it states; empty when it states none
 * @param auth the mechanisms of AUTH (RFC 4954), in upper case
 * @param xforward the attributes of XFORWARD, in upper case
 */
public record Extensions(
        boolean extended,
        boolean pipelining,
        boolean eightBitMime,
        boolean smtpUtf8,
        boolean dsn,
        boolean startTls,
        boolean requireTls,
        boolean size,
        OptionalLong maxSizeBytes,
        Set<String> auth,
        Set<String> xforward) {

    /** Behind HELO. */
    static final Extensions NONE = new Extensions(
            false, false, false, false, false, false, false, false, OptionalLong.empty(), Set.of(), Set.of());

    public Extensions {
        auth = Set.copyOf(auth);
        xforward = Set.copyOf(xforward);
    }

    /** In reply to EHLO, without REQUIRETLS, AUTH and XFORWARD. */
    public Extensions(
            boolean pipelining,
            boolean eightBitMime,
            boolean smtpUtf8,
            boolean dsn,
            boolean startTls,
            boolean size,
            OptionalLong maxSizeBytes) {
        this(true, pipelining, eightBitMime, smtpUtf8, dsn, startTls, false, size, maxSizeBytes, Set.of(), Set.of());
    }

    /** As said by somebody of whom nobody knows who he is: that mail is safe with him is worth nothing (RFC 8689 §4.2.1). */
    Extensions ofStranger() {
        return new Extensions(
                extended, pipelining, eightBitMime, smtpUtf8, dsn, startTls, false, size, maxSizeBytes, auth, xforward);
    }

    static Extensions of(SmtpReply ehlo) {
        boolean pipelining = false;
        boolean eightBitMime = false;
        boolean smtpUtf8 = false;
        boolean dsn = false;
        boolean startTls = false;
        boolean requireTls = false;
        boolean size = false;
        OptionalLong maxSizeBytes = OptionalLong.empty();
        Set<String> auth = Set.of();
        Set<String> xforward = Set.of();
        List<String> lines = ehlo.lines();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.strip().split("[ \t]+", -1);
            switch (words[0].toUpperCase(Locale.ROOT)) {
                case "PIPELINING" -> pipelining = true;
                case "8BITMIME" -> eightBitMime = true;
                case "SMTPUTF8" -> smtpUtf8 = true;
                case "DSN" -> dsn = true;
                case "STARTTLS" -> startTls = true;
                case "REQUIRETLS" -> requireTls = true;
                case "AUTH" -> auth = arguments(words);
                case "XFORWARD" -> xforward = arguments(words);
                case "SIZE" -> {
                    size = true;
                    maxSizeBytes = words.length > 1 ? limit(words[1]) : OptionalLong.empty();
                }
                default -> {
                    // Not needed here.
                }
            }
        }
        return new Extensions(
                ehlo.isPositive(),
                pipelining,
                eightBitMime,
                smtpUtf8,
                dsn,
                startTls,
                requireTls,
                size,
                maxSizeBytes,
                auth,
                xforward);
    }

    private static Set<String> arguments(String[] words) {
        return Arrays.stream(words)
                .skip(1)
                .map(word -> word.toUpperCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
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
