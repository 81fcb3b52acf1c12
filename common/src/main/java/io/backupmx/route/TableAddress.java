package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.Mailbox;
import java.util.Locale;
import java.util.Optional;

/**
 * An address as tables compare it: both parts folded to lower case, quotes taken off, as Postfix does. {@code "a b"@x} and
 * {@code "A B"@X} are one; so are {@code foo.@x}, which real domains have, and {@code "foo."@x}.
 */
public record TableAddress(String localPart, Domain domain) {

    static TableAddress of(Mailbox mailbox) {
        return new TableAddress(mailbox.localPart().toLowerCase(Locale.ROOT), mailbox.domain());
    }

    /** The address a key spells, or empty when it has no local part, no domain, or a wrong one. */
    public static Optional<TableAddress> parse(String key) {
        Optional<Mailbox> mailbox = Mailbox.parse(key);
        if (mailbox.isEmpty() && !key.startsWith("\"")) {
            int at = key.lastIndexOf('@');
            mailbox = Domain.parse(key.substring(at + 1))
                    .filter(_ -> at > 0)
                    .flatMap(domain -> unquoted(key.substring(0, at), domain));
        }
        return mailbox.filter(m -> !m.domain().isAddressLiteral()).map(TableAddress::of);
    }

    private static Optional<Mailbox> unquoted(String localPart, Domain domain) {
        try {
            return Optional.of(new Mailbox(localPart, domain));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** For people: without quotes. */
    public String text() {
        return localPart + "@" + domain;
    }
}
