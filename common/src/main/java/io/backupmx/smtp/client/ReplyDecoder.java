package io.backupmx.smtp.client;

import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.SmtpReply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes replies of the octets that a peer sends, in whatever pieces they come (RFC 5321 §4.2). Bounded: a line or a reply
 * that is too long is malformed before it is complete. Tolerant where it costs nothing: a missing text, a missing blank
 * in front of it, a bare LF as the end of a line. Control characters of the text become {@code ?}, so that it can be
 * logged and stored.
 */
final class ReplyDecoder {

    /** RFC 5321 §4.5.3.1.5 says 512, but text goes into error pages these days. */
    private static final int MAX_LINE_OCTETS = 2048;

    private static final int MAX_LINES = 100;

    private byte[] line = new byte[256];
    private int length;
    private final List<String> texts = new ArrayList<>();

    /** Hands every reply that is complete now to {@code replies}. After a malformed one there is no going on. */
    void decode(byte[] octets, Consumer<SmtpReply> replies) throws MalformedReplyException {
        int start = 0;
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '\n') {
                append(octets, start, i - start);
                start = i + 1;
                endLine(replies);
            }
        }
        append(octets, start, octets.length - start);
    }

    /** Whether nothing has come since the last reply. */
    boolean isAtStart() {
        return length == 0 && texts.isEmpty();
    }

    private void append(byte[] octets, int offset, int count) throws MalformedReplyException {
        if (length + count > MAX_LINE_OCTETS) {
            throw new MalformedReplyException("a reply line of more than " + MAX_LINE_OCTETS + " octets");
        }
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + count));
        }
        System.arraycopy(octets, offset, line, length, count);
        length += count;
    }

    private void endLine(Consumer<SmtpReply> replies) throws MalformedReplyException {
        int end = length;
        while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == ' ')) {
            end--;
        }
        length = 0;
        if (end < 3 || line[0] < '2' || line[0] > '5' || !isDigit(line[1]) || !isDigit(line[2])) {
            throw new MalformedReplyException("no SMTP reply: \"" + excerpt(end) + "\"");
        }
        if (end > 3 && line[3] != ' ' && line[3] != '-') {
            throw new MalformedReplyException("no SMTP reply: \"" + excerpt(end) + "\"");
        }
        if (texts.size() == MAX_LINES) {
            throw new MalformedReplyException("a reply of more than " + MAX_LINES + " lines");
        }
        texts.add(end > 4 ? text(4, end) : "");
        if (end == 3 || line[3] == ' ') {
            // The codes of all lines should be one (§4.2.1); where they are not, the last one is what was decided.
            replies.accept(reply((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0')));
            texts.clear();
        }
    }

    /** The enhanced status leaves the text only where its class says what the code says (RFC 2034 §4). */
    private SmtpReply reply(int code) {
        String first = texts.getFirst();
        int blank = first.indexOf(' ');
        String token = blank < 0 ? first : first.substring(0, blank);
        Optional<EnhancedStatus> status = token.length() >= 5 && token.charAt(1) == '.'
                ? EnhancedStatus.parse(token).filter(s -> s.statusClass() == code / 100)
                : Optional.empty();
        if (status.isPresent()) {
            texts.replaceAll(text ->
                    text.startsWith(token) ? text.substring(token.length()).strip() : text);
        }
        return new SmtpReply(code, status, texts);
    }

    private String excerpt(int end) {
        return text(0, Math.min(end, 80));
    }

    private String text(int from, int end) {
        boolean ascii = true;
        for (int i = from; i < end; i++) {
            if ((line[i] >= 0 && line[i] < ' ') || line[i] == 127) {
                line[i] = '?';
            }
            ascii &= line[i] >= 0;
        }
        // RFC 6531 §3.7.4 makes it UTF-8; what is not becomes U+FFFD.
        return new String(line, from, end - from, ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }
}
