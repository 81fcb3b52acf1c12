package io.backupmx.smtp;

import java.util.List;
import java.util.Optional;

/**
 * A reply, ours or a peer's: a three-digit code and one or more lines of text (RFC 5321 §4.2), with the enhanced status
 * where there is one (RFC 2034). {@code lines} do not hold the code nor the enhanced status, and are never empty.
 */
public record SmtpReply(int code, Optional<EnhancedStatus> status, List<String> lines) {

    public SmtpReply {
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("reply code " + code + " is not within 200..599");
        }
        lines = List.copyOf(lines);
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("a reply has at least one line");
        }
    }

    public static SmtpReply of(int code, String text) {
        return new SmtpReply(code, Optional.empty(), List.of(text));
    }

    /** @param status in its dotted form, for example {@code "5.1.1"} */
    public static SmtpReply of(int code, String status, String text) {
        return new SmtpReply(code, Optional.of(EnhancedStatus.parse(status).orElseThrow()), List.of(text));
    }

    /** 2yz: done as asked. */
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /** 3yz: go on (354 after DATA). */
    public boolean isIntermediate() {
        return code / 100 == 3;
    }

    /** 4yz: not now (RFC 5321 §4.2.1). */
    public boolean isTransientFailure() {
        return code / 100 == 4;
    }

    /** 5yz: never (RFC 5321 §4.2.1). */
    public boolean isPermanentFailure() {
        return code / 100 == 5;
    }

    /** As it goes over the wire, every line ended by CRLF. */
    public String toWire() {
        StringBuilder wire = new StringBuilder(80 * lines.size());
        for (int i = 0; i < lines.size(); i++) {
            wire.append(code).append(i + 1 < lines.size() ? '-' : ' ');
            status.ifPresent(s -> wire.append(s).append(' '));
            wire.append(lines.get(i)).append("\r\n");
        }
        return wire.toString();
    }

    /** In one line, for people: logs, {@code mailq}, DSN diagnostics. */
    @Override
    public String toString() {
        return code + status.map(s -> " " + s).orElse("") + " " + String.join(" / ", lines);
    }
}
