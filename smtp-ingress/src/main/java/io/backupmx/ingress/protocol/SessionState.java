package io.backupmx.ingress.protocol;

import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
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

        /** The {@code with} keyword of the trace header (RFC 3848, RFC 6531 §4.3), which has none for HELO through TLS. */
        public String protocol() {
            if (!before.client().esmtp()) {
                return "SMTP";
            }
            return (sender.options().smtpUtf8() ? "UTF8SMTP" : "ESMTP") + (tls().isPresent() ? "S" : "");
        }

        @Override
        public Optional<TlsFacts> tls() {
            return before.tls();
        }
    }

    /** STARTTLS answered 220; what comes is a handshake. Of all that was said before nothing holds (RFC 3207 §4.2). */
    record StartingTls() implements SessionState {}

    /** RCPT said, and somebody is being asked who that is. */
    record AwaitingRecipient(MailOpen mail, ForwardPath to, RcptOptions options) implements SessionState {}

    /** What comes is content. */
    sealed interface Receiving extends SessionState {

        MailOpen mail();
    }

    /** DATA answered 354. */
    record ReceivingContent(MailOpen mail) implements Receiving {}

    /** BDAT said (RFC 3030 §2). */
    record ReceivingChunk(MailOpen mail, long bytes, boolean last) implements Receiving {}

    /** A part of the content is here, and was answered 250; the next BDAT may come, or the end of it all. */
    record BetweenChunks(MailOpen mail) implements Listening {

        @Override
        public Optional<TlsFacts> tls() {
            return mail.tls();
        }
    }

    /**
     * A chunk was refused, and the mail with it: so are those that the client has sent behind it (RFC 3030 §2), up to the
     * last. For all else this is {@link Greeted}.
     *
     * @param readBytes in vain, so far
     */
    record ChunksRefused(Greeted before, SmtpReply answer, long readBytes) implements Listening {

        @Override
        public Optional<TlsFacts> tls() {
            return before.tls();
        }
    }

    /** BDAT said where it may not be: what comes is read in vain, and answered then (RFC 3030 §2). */
    record SkippingChunk(Step then) implements SessionState {}

    /** The content is complete and on its way to the spool; the client waits for the one reply that counts. */
    record Storing(MailOpen mail) implements SessionState {}

    /** The last reply is said; whatever else the client says is not heard. */
    record Closing() implements SessionState {}

    /**
     * Who the client says it is, and what it said that through.
     *
     * @param mayRequireTls whether it was offered REQUIRETLS (RFC 8689), which holds as long as this does
     */
    record Client(String name, boolean esmtp, Optional<TlsFacts> tls, boolean mayRequireTls) {

        public Client(String name, boolean esmtp, Optional<TlsFacts> tls) {
            this(name, esmtp, tls, false);
        }
    }

    /** What MAIL said. */
    record Sender(ReversePath path, MailOptions options) {}
}
