package io.backupmx.smtp;

import java.util.Optional;

/** One recipient: the argument of RCPT TO (RFC 5321 §4.1.1.3). */
public sealed interface ForwardPath {

    /** {@code <Postmaster>} without a domain: the postmaster of whoever is asked (RFC 5321 §4.5.1). */
    record Postmaster() implements ForwardPath {
        @Override
        public String toString() {
            return "<postmaster>";
        }
    }

    /** A mailbox. */
    record To(Mailbox mailbox) implements ForwardPath {
        @Override
        public String toString() {
            return "<" + mailbox + ">";
        }
    }

    /** The path that {@code text} spells, angle brackets included; source routes are dropped (RFC 5321 §3.3). */
    static Optional<ForwardPath> parse(String text) {
        if (text.equalsIgnoreCase("<postmaster>")) {
            return Optional.of(new Postmaster());
        }
        return Paths.mailboxIn(text).map(To::new);
    }

    /** Whether it can only travel with SMTPUTF8 (RFC 6531). */
    default boolean needsSmtpUtf8() {
        return this instanceof To(var mailbox) && mailbox.needsSmtpUtf8();
    }

    /** Without angle brackets. */
    default String address() {
        return switch (this) {
            case Postmaster _ -> "postmaster";
            case To to -> to.mailbox().toString();
        };
    }
}
