package io.backupmx.ingress.protocol;

import io.backupmx.mail.BodyType;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;

/**
 * Where one SMTP session stands. A state holds exactly what is true in it, so leaving a state forgets it all at once
 * (RFC 5321 §4.1.4, order of commands).
 */
public sealed interface SessionState {

    /** It is the client's turn to say a command. In every other state we read no commands. */
    sealed interface Listening extends SessionState {}

    /** We have greeted, the client has not. */
    record Connected() implements Listening {}

    /** EHLO or HELO accepted; no mail transaction is open. */
    record Greeted(Client client) implements Listening {}

    /** MAIL accepted. {@code recipients} holds those we answered 250, in order; it may be empty. */
    record MailOpen(Greeted before, Sender sender, Recipients recipients, boolean refusedSome) implements Listening {

        MailOpen with(Recipients more) {
            return new MailOpen(before, sender, more, refusedSome);
        }

        MailOpen withRefused() {
            return new MailOpen(before, sender, recipients, true);
        }

        public ReversePath from() {
            return sender.path();
        }
    }

    /** RCPT said, and somebody is being asked who that is. */
    record AwaitingRecipient(MailOpen mail, ForwardPath to) implements SessionState {}

    /** DATA answered 354; what comes is content. */
    record ReceivingContent(MailOpen mail) implements SessionState {}

    /** The content is complete and on its way to the spool; the client waits for the one reply that counts. */
    record Storing(MailOpen mail) implements SessionState {}

    /** The last reply is said; whatever else the client says is not heard. */
    record Closing() implements SessionState {}

    /** Who the client says it is. */
    record Client(String name, boolean esmtp) {

        /** The {@code with} keyword of the trace header (RFC 3848). */
        public String protocol() {
            return esmtp ? "ESMTP" : "SMTP";
        }
    }

    /** What MAIL said. */
    record Sender(ReversePath path, BodyType body, long declaredBytes) {}
}
