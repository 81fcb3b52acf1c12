package io.backupmx.testing;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One SMTP reply, however many lines it had (RFC 5321 §4.2.1).
 *
 * @param lines the text of each line, without the code
 */
public record Reply(int code, List<String> lines) {

    /** RFC 5321 §4.5.3.1.5: 512 octets with code and CRLF. */
    private static final int MAX_LINE_OCTETS = 512;
    /** Far beyond what any EHLO offers: an endless reply must end a test. */
    private static final int MAX_LINES = 1000;

    private static final Pattern LINE =
            Pattern.compile("(?<code>[2-5][0-9]{2})(?:(?<more>[- ])(?<text>.*))?", Pattern.DOTALL);

    public Reply {
        lines = List.copyOf(lines);
    }

    /**
     * Reads one reply, strictly: CRLF ends lines, lines are not too long, all have the same code.
     *
     * @throws ProtocolException when the peer sent something else
     */
    static Reply read(Wire wire, Deadline deadline) throws IOException {
        List<String> lines = new ArrayList<>();
        Optional<String> first = Optional.empty();
        while (true) {
            byte[] octets = wire.readLine(MAX_LINE_OCTETS - 1, deadline);
            Matcher matcher = LINE.matcher(new String(octets, StandardCharsets.UTF_8));
            if (!matcher.matches() || contains(octets, '\r') || contains(octets, '\n')) {
                throw new ProtocolException("not a reply line (RFC 5321 §4.2): " + Octets.shown(octets));
            }
            String code = matcher.group("code");
            if (first.isPresent() && !first.get().equals(code)) {
                throw new ProtocolException("code " + code + " in a reply that began with " + first.get());
            }
            first = Optional.of(code);
            String text = matcher.group("text");
            lines.add(text == null ? "" : text);
            if (!"-".equals(matcher.group("more"))) {
                return new Reply(Integer.parseInt(code), lines);
            }
            if (lines.size() == MAX_LINES) {
                throw new ProtocolException("a reply of more than " + MAX_LINES + " lines");
            }
        }
    }

    public boolean isPositive() {
        return code < 400;
    }

    /** The code once, a blank, then the lines joined by LF: {@code 250 mx.example\nPIPELINING\nSIZE 1000}. */
    public String text() {
        return code + " " + String.join("\n", lines);
    }

    @Override
    public String toString() {
        return text();
    }

    private static boolean contains(byte[] octets, int wanted) {
        for (byte octet : octets) {
            if (octet == wanted) {
                return true;
            }
        }
        return false;
    }
}
