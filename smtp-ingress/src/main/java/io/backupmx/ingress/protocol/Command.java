package io.backupmx.ingress.protocol;

import io.backupmx.mail.BodyType;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;

/** What a client asks for in one line (RFC 5321 §4.1.1). */
public sealed interface Command {

    /** {@code name} as said, unprintable characters aside: a name is not worth refusing mail for (§4.1.4). */
    record Ehlo(String name) implements Command {}

    /** As {@link Ehlo}, by a client that knows no extensions. */
    record Helo(String name) implements Command {}

    /** @param declaredBytes SIZE as given, or 0 (RFC 1870 §6) */
    record Mail(ReversePath from, BodyType body, long declaredBytes) implements Command {}

    record Rcpt(ForwardPath to) implements Command {}

    record Data() implements Command {}

    record Rset() implements Command {}

    record Noop() implements Command {}

    record Vrfy() implements Command {}

    record Help() implements Command {}

    record Quit() implements Command {}

    /** RFC 3207 §4. */
    record StartTls() implements Command {}

    /** A command that exists, but not here. */
    record NotImplemented() implements Command {}

    /** A command that does not exist. */
    record Unknown() implements Command {}

    /** A command we know, not said as the RFCs have it; {@code answer} tells which part is wrong. */
    record Malformed(SmtpReply answer) implements Command {}
}
