package io.backupmx.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A mailbox, {@code local-part@domain} (RFC 5321 §4.1.2). {@code localPart} is the meaning, without quotes and
 * backslashes, its case kept; {@link #toString} quotes where the grammar wants it, so {@code "alice"@x} and
 * {@code alice@x} are one mailbox.
 */
public record Mailbox(String localPart, Domain domain) {

    /** RFC 5321 §4.5.3.1.1. */
    private static final int MAX_LOCAL_PART_OCTETS = 64;

    public Mailbox {
        if (!isLocalPart(localPart)) {
            throw new IllegalArgumentException("'" + localPart + "' is not a local part");
        }
    }

    /** @throws IllegalArgumentException when {@code text} is no mailbox */
    public static Mailbox of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a mail address"));
    }

    /** The mailbox in {@code text}, without angle brackets, or empty when it breaks the grammar or a limit. */
    public static Optional<Mailbox> parse(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1) {
            return Optional.empty();
        }
        Optional<String> local = LocalParts.unquote(text.substring(0, at));
        Optional<Domain> domain = Domain.parse(text.substring(at + 1));
        return local.filter(Mailbox::isLocalPart).flatMap(l -> domain.map(d -> new Mailbox(l, d)));
    }

    /** Whether it can only travel with SMTPUTF8 (RFC 6531). */
    public boolean needsSmtpUtf8() {
        for (int i = 0; i < localPart.length(); i++) {
            if (localPart.charAt(i) >= 128) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return LocalParts.quote(localPart) + "@" + domain;
    }

    private static boolean isLocalPart(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) == 127) {
                return false;
            }
        }
        return !text.isEmpty() && text.getBytes(StandardCharsets.UTF_8).length <= MAX_LOCAL_PART_OCTETS;
    }
}
