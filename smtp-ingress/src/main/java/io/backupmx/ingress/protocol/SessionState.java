package io.backupmx.ingress.protocol;

import io.backupmx.mail.BodyType;
import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.util.Optional;

/**
 * Where one SMTP session stands. A state holds exactly what is true in it, so leaving a state forgets it all at once
 * (RFC 5321 §4.1.4, order of commands).
 */
public sealed interface SessionState {

    /** It is the client's turn to say a command. In every other state we read no commands. */
    sealed interface Listening extends SessionState {

        /** What protects the connection; empty: nothing. */
        Optional<TlsFacts> tls();
    }

    /** The client has not greeted: not yet, or not since TLS began. */
    record Connected(Optional<TlsFacts> tls) implements Listening {}

    /** EHLO or HELO accepted; no mail transaction is open. */
    record Greeted(Client client) implements Listening {

        @Override
        public Optional<TlsFacts> tls() {
            return client.tls();
        }
    }

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

        @Override
        public Optional<TlsFacts> tls() {
            return before.tls();
        }
    }

    /** STARTTLS answered 220; what comes is a handshake. Of all that was said before nothing holds (RFC 3207 §4.2). */
    record StartingTls() implements SessionState {}

    /** RCPT said, and somebody is being asked who that is. */
    record AwaitingRecipient(MailOpen mail, ForwardPath to) implements SessionState {}

    /** DATA answered 354; what comes is content. */
    record ReceivingContent(MailOpen mail) implements SessionState {}

    /** The content is complete and on its way to the spool; the client waits for the one reply that counts. */
    record Storing(MailOpen mail) implements SessionState {}

    /** The last reply is said; whatever else the client says is not heard. */
    record Closing() implements SessionState {}

    /** Who the client says it is, and what it said that through. */
    record Client(String name, boolean esmtp, Optional<TlsFacts> tls) {

        /** The {@code with} keyword of the trace header (RFC 3848), which has none for HELO through TLS. */
        public String protocol() {
            if (!esmtp) {
                return "SMTP";
            }
            return tls.isPresent() ? "ESMTPS" : "ESMTP";
        }
    }

    /** What MAIL said. */
    record Sender(ReversePath path, BodyType body, long declaredBytes) {}
}
