package io.backupmx.smtp;

import java.util.Optional;

/**
 * The grammar that reverse- and forward-paths share (RFC 5321 §4.1.2). Its 256-octet limit on whole paths is not applied:
 * the limits on local part and domain, 64 and 255, are the ones that senders keep.
 */
final class Paths {

    private Paths() {}

    static Optional<Mailbox> mailboxIn(String text) {
        if (text.length() < 2 || text.charAt(0) != '<' || text.charAt(text.length() - 1) != '>') {
            return Optional.empty();
        }
        String inside = text.substring(1, text.length() - 1);
        if (inside.startsWith("@")) {
            // A source route: accepted, and ignored (RFC 5321 §3.3, appendix C).
            int colon = inside.indexOf(':');
            if (colon < 0) {
                return Optional.empty();
            }
            inside = inside.substring(colon + 1);
        }
        return Mailbox.parse(inside);
    }
}
