package io.backupmx.ingress.protocol;

import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;

/** What a client asks for in one line (RFC 5321 §4.1.1). */
public sealed interface Command {

    /** {@code name} as said, unprintable characters aside: a name is not worth refusing mail for (§4.1.4). */
    record Ehlo(String name) implements Command {}

    /** As {@link Ehlo}, by a client that knows no extensions. */
    record Helo(String name) implements Command {}

    record Mail(ReversePath from, MailOptions options) implements Command {}

    /** @param isAscii whether it can do without SMTPUTF8 */
    record Rcpt(ForwardPath to, RcptOptions options, boolean isAscii) implements Command {}

    record Data() implements Command {}

    /**
     * So many octets of a content follow (RFC 3030 §2).
     *
     * @param last whether the content is complete with them
     */
    record Bdat(long bytes, boolean last) implements Command {}

    /** Some octets follow, and nobody knows how many. */
    record BadBdat() implements Command {}

    record Rset() implements Command {}

    record Noop() implements Command {}

    record Vrfy() implements Command {}

    record Help() implements Command {}

    record Quit() implements Command {}

    /** RFC 3207 §4. */
    record StartTls() implements Command {}

    /** RFC 1985 §5. */
    record Etrn(String argument) implements Command {}

    /** Whom a proxy passes on, to be served as if it had connected itself. */
    record XClient(String argument) implements Command {}

    /** From whom a proxy has the next mail, for the log. */
    record XForward(String argument) implements Command {}

    /** A command that exists, but not here. */
    record NotImplemented() implements Command {}

    /** A command that does not exist. */
    record Unknown() implements Command {}

    /** A command we know, not said as the RFCs have it; {@code answer} tells which part is wrong. */
    record Malformed(SmtpReply answer) implements Command {}
}
