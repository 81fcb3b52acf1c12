package io.backupmx.ingress.protocol;

import io.backupmx.mail.QueueId;
import io.backupmx.route.TransportAnswer;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.SmtpReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything we ever say (RFC 5321 §4.2.3), with its enhanced status (RFC 2034, RFC 3463). No reply holds a host name other
 * than ours, those the client told us and those an operator wrote into his transport table, nor the text of an exception. 220, 221 and 421 begin with our name (§4.2).
 */
public final class Replies {

    // Done as asked.
    static final SmtpReply OK = SmtpReply.of(250, "2.0.0", "Ok");
    static final SmtpReply SENDER_OK = SmtpReply.of(250, "2.1.0", "Ok");
    static final SmtpReply RECIPIENT_OK = SmtpReply.of(250, "2.1.5", "Ok");
    static final SmtpReply START_CONTENT = SmtpReply.of(354, "End data with <CR><LF>.<CR><LF>");
    static final SmtpReply START_TLS = SmtpReply.of(220, "2.0.0", "Ready to start TLS"); // RFC 3207 §4
    static final SmtpReply CANNOT_VERIFY =
            SmtpReply.of(252, "2.5.0", "Cannot VRFY user, but will accept message and attempt delivery"); // §3.5.3
    static final SmtpReply HELP =
            SmtpReply.of(214, "2.0.0", "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT; see RFC 5321");

    // Not a command.
    static final SmtpReply LINE_TOO_LONG = SmtpReply.of(500, "5.5.2", "Line too long");
    static final SmtpReply BARE_LINE_END_IN_COMMAND =
            SmtpReply.of(500, "5.5.2", "Lines must end with <CR><LF>, closing connection");
    public static final SmtpReply NOT_SMTP = SmtpReply.of(554, "5.5.1", "This is SMTP, and that is not");
    static final SmtpReply UNKNOWN_COMMAND = SmtpReply.of(500, "5.5.2", "Command not recognized");
    static final SmtpReply NOT_IMPLEMENTED = SmtpReply.of(502, "5.5.1", "Command not implemented");

    // Not said as it should be.
    static final SmtpReply EHLO_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: EHLO hostname");
    static final SmtpReply HELO_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: HELO hostname");
    static final SmtpReply MAIL_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: MAIL FROM:<address>");
    static final SmtpReply RCPT_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: RCPT TO:<address>");
    static final SmtpReply VRFY_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: VRFY address");
    static final SmtpReply NO_ARGUMENT = SmtpReply.of(501, "5.5.4", "No argument allowed");
    static final SmtpReply BAD_SENDER = SmtpReply.of(501, "5.1.7", "Bad sender address syntax");
    static final SmtpReply BAD_RECIPIENT = SmtpReply.of(501, "5.1.3", "Bad recipient address syntax");
    static final SmtpReply NEED_SMTPUTF8 =
            SmtpReply.of(553, "5.6.7", "Non-ASCII addresses need SMTPUTF8"); // RFC 6531 §3.5
    static final SmtpReply BDAT_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: BDAT octets [LAST], closing connection");
    static final SmtpReply BAD_PARAMETER = SmtpReply.of(501, "5.5.4", "Bad value of a parameter");
    static final SmtpReply UNKNOWN_PARAMETER = SmtpReply.of(555, "5.5.4", "Parameter not recognized");

    static final SmtpReply ETRN_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: ETRN [@]domain");
    static final SmtpReply XCLIENT_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: XCLIENT attribute=value ...");
    static final SmtpReply XFORWARD_SYNTAX = SmtpReply.of(501, "5.5.4", "Syntax: XFORWARD attribute=value ...");

    // Not in this order (§4.1.4).
    static final SmtpReply NEED_HELLO = SmtpReply.of(503, "5.5.1", "Send EHLO or HELO first");
    static final SmtpReply NESTED_TLS = SmtpReply.of(503, "5.5.1", "TLS is on already");
    static final SmtpReply NEED_MAIL = SmtpReply.of(503, "5.5.1", "Need MAIL first");
    static final SmtpReply NESTED_MAIL = SmtpReply.of(503, "5.5.1", "MAIL was already given");
    static final SmtpReply NEED_RECIPIENT = SmtpReply.of(503, "5.5.1", "Need RCPT first");
    static final SmtpReply NEED_LAST_CHUNK = SmtpReply.of(503, "5.5.1", "Send BDAT LAST or RSET first"); // RFC 3030 §2
    static final SmtpReply NO_VALID_RECIPIENTS = SmtpReply.of(554, "5.5.1", "No valid recipients"); // §3.3

    // Not this mail.
    static final SmtpReply TOO_MANY_RECIPIENTS = SmtpReply.of(452, "4.5.3", "Too many recipients"); // §4.5.3.1.10
    static final SmtpReply TOO_LARGE = SmtpReply.of(552, "5.3.4", "Message size exceeds limit"); // RFC 1870 §6.1
    static final SmtpReply TOO_LARGE_FOR_PRIMARY =
            SmtpReply.of(552, "5.3.4", "Message size exceeds the limit of the primary server");
    static final SmtpReply BARE_LINE_END = SmtpReply.of(550, "5.6.11", "Bare <CR> or <LF> in content"); // §2.3.8
    static final SmtpReply TOO_MANY_HOPS = SmtpReply.of(554, "5.4.6", "Too many hops, mail is looping"); // §6.3

    static final SmtpReply CONTENT_REFUSED = SmtpReply.of(554, "5.7.1", "Message rejected as spam");
    static final SmtpReply CONTENT_DEFERRED = SmtpReply.of(451, "4.7.1", "Message deferred, try again later");
    static final SmtpReply CONTENT_UNCHECKED =
            SmtpReply.of(451, "4.7.1", "Content filter unavailable, try again later");

    // Not now.
    static final SmtpReply NO_ROOM = SmtpReply.of(452, "4.3.1", "Insufficient system storage, try again later");
    static final SmtpReply SPOOL_UNAVAILABLE = SmtpReply.of(451, "4.3.0", "Queue unavailable, try again later");

    private Replies() {}

    static SmtpReply greeting(Domain us, Optional<String> banner) {
        return SmtpReply.of(220, us + " " + banner.orElse("ESMTP Backup MX"));
    }

    static SmtpReply helo(Domain us) {
        return SmtpReply.of(250, us.name());
    }

    static SmtpReply ehlo(Domain us, List<String> extensions) {
        List<String> lines = new ArrayList<>(extensions);
        lines.addFirst(us.name());
        return new SmtpReply(250, Optional.empty(), lines);
    }

    /** RFC 3030 §2. */
    static SmtpReply chunkTaken(long bytes) {
        return SmtpReply.of(250, "2.0.0", bytes + " octets received");
    }

    /** RFC 1985 §5.3; 251 to 253 would need the count of its mails, which an ingress does not have. */
    static SmtpReply etrn(EtrnNode node, EtrnAnswer answer) {
        return switch (answer) {
            case STARTED -> SmtpReply.of(250, "2.0.0", "OK, queuing for node " + node + " started");
            case NOT_NOW -> SmtpReply.of(458, "4.3.0", "Unable to queue messages for node " + node);
            case NOT_OURS -> SmtpReply.of(459, "4.7.1", "Node " + node + " not allowed: no mail waits here for it");
        };
    }

    static SmtpReply queuedAs(QueueId id) {
        return SmtpReply.of(250, "2.0.0", "Ok: queued as " + id);
    }

    static SmtpReply bye(Domain us) {
        return SmtpReply.of(221, "2.0.0", us + " Bye");
    }

    static SmtpReply relayDenied(ForwardPath to) {
        return SmtpReply.of(554, "5.7.1", to + ": Relay access denied");
    }

    static SmtpReply unknownUser(ForwardPath to) {
        return SmtpReply.of(550, "5.1.1", to + ": Recipient address rejected: User unknown");
    }

    /** As Postfix says it at RCPT: 550 of {@code error:}, 450 of {@code retry:}. */
    static SmtpReply answered(ForwardPath to, TransportAnswer answer) {
        return new SmtpReply(
                answer.isTemporary() ? 450 : 550,
                Optional.of(answer.status()),
                List.of(to + ": Recipient address rejected: " + answer.text()));
    }

    static SmtpReply leftToPrimary(ForwardPath to) {
        return SmtpReply.of(451, "4.3.0", to + ": The primary server is up and takes mail itself, try it first");
    }

    static SmtpReply tooLargeForPrimary(ForwardPath to) {
        return SmtpReply.of(
                552, "5.3.4", to + ": Message size exceeds the limit of the primary server"); // RFC 1870 §6.1
    }

    static SmtpReply noUtf8AtPrimary(ForwardPath to) {
        return SmtpReply.of(553, "5.6.7", to + ": The primary server does not take SMTPUTF8"); // RFC 6531 §3.5
    }

    static SmtpReply noRequireTlsAtPrimary(ForwardPath to) {
        return SmtpReply.of(550, "5.7.30", to + ": REQUIRETLS support required"); // RFC 8689 §4.2.1
    }

    static SmtpReply requireTlsNotKnown(ForwardPath to) {
        return SmtpReply.of(451, "4.7.30", to + ": REQUIRETLS support of the primary server not known now");
    }

    static SmtpReply lookUpFailed(ForwardPath to) {
        return SmtpReply.of(451, "4.3.0", to + ": Temporary lookup failure");
    }

    /** @param zone as an operator has named it: the client is to ask there */
    static SmtpReply clientListed(ForwardPath to, String zone) {
        return SmtpReply.of(554, "5.7.1", to + ": Client host rejected: your address is listed by " + zone);
    }

    static SmtpReply tooManyMessages(ForwardPath to) {
        return SmtpReply.of(450, "4.7.1", to + ": Too many messages from your address, try again later");
    }

    static SmtpReply tooManyRecipientsOfLate(ForwardPath to) {
        return SmtpReply.of(450, "4.7.1", to + ": Too many recipients from your address, try again later");
    }

    static SmtpReply earlyTalker(Domain us) {
        return SmtpReply.of(554, "5.5.1", us + " You talked before my greeting, closing connection");
    }

    static SmtpReply flood(Domain us) {
        return closing("4.3.4", us, "Message far too large, closing connection");
    }

    static SmtpReply timedOut(Domain us) {
        return closing("4.4.2", us, "Timeout, closing connection"); // §4.5.3.2
    }

    static SmtpReply tooManyErrors(Domain us) {
        return closing("4.7.0", us, "Too many errors, closing connection");
    }

    static SmtpReply tooManyCommands(Domain us) {
        return closing("4.7.0", us, "Too many commands without a mail, closing connection");
    }

    public static SmtpReply shuttingDown(Domain us) {
        return closing("4.3.2", us, "Service shutting down, try again later"); // §3.8
    }

    public static SmtpReply tooManyConnections(Domain us) {
        return closing("4.3.2", us, "Too many connections, try again later");
    }

    public static SmtpReply overloaded(Domain us) {
        return closing("4.3.2", us, "System busy, try again later");
    }

    public static SmtpReply tooFastFromYou(Domain us) {
        return closing("4.7.0", us, "Too many connections from your address of late, try again later");
    }

    public static SmtpReply tooManyConnectionsFromYou(Domain us) {
        return closing("4.7.0", us, "Too many connections from your address, try again later");
    }

    public static SmtpReply internalError(Domain us) {
        return closing("4.3.0", us, "Internal error, closing connection");
    }

    /** §3.8: 421 may come in place of any reply, and ends the session. */
    private static SmtpReply closing(String status, Domain us, String text) {
        return new SmtpReply(421, EnhancedStatus.parse(status), List.of(us + " " + text));
    }
}
