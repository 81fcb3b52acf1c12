package io.backupmx.smtp;

import java.util.Optional;

/** Where reports about a mail go: the argument of MAIL FROM (RFC 5321 §4.1.1.2). */
public sealed interface ReversePath {

    /** {@code <>}: nobody is to be told (RFC 5321 §4.5.5). Never answered by a DSN. */
    record Null() implements ReversePath {
        @Override
        public String toString() {
            return "<>";
        }
    }

    /** A sender who can be told. */
    record Sender(Mailbox mailbox) implements ReversePath {
        @Override
        public String toString() {
            return "<" + mailbox + ">";
        }
    }

    /** The path that {@code text} spells, angle brackets included; source routes are dropped (RFC 5321 §3.3). */
    static Optional<ReversePath> parse(String text) {
        if (text.equals("<>")) {
            return Optional.of(new Null());
        }
        return Paths.mailboxIn(text).map(Sender::new);
    }

    /** Whether it can only travel with SMTPUTF8 (RFC 6531). */
    default boolean needsSmtpUtf8() {
        return this instanceof Sender(var mailbox) && mailbox.needsSmtpUtf8();
    }

    /** Without angle brackets: empty for the null reverse-path. */
    default String address() {
        return switch (this) {
            case Null _ -> "";
            case Sender sender -> sender.mailbox().toString();
        };
    }
}
