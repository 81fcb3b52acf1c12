package io.backupmx.ingress.protocol;

import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import java.net.InetAddress;
import java.util.Optional;

/** What a session does next. What an effect needs beside its fields is in the state it comes with. */
public sealed interface Effect {

    /** Says {@code reply}. */
    record Reply(SmtpReply reply) implements Effect {}

    /** Says what was said before, of a further chunk of the same mail: a refusal is one, however many chunks it takes. */
    record ReplyAgain(SmtpReply reply) implements Effect {}

    /**
     * Says {@code reply}, by which a mail or a recipient is lost to us: told to the log and the metrics too.
     *
     * @param to the recipient it is about; empty when it is about the mail
     */
    record Refuse(SmtpReply reply, Refusal reason, ReversePath from, Optional<ForwardPath> to) implements Effect {}

    /** Asks who {@code to} is; the answer goes to {@link SessionMachine#onVerdict}. */
    record CheckRecipient(ForwardPath to) implements Effect {}

    /** Reads content; its end goes to {@link SessionMachine#onContentComplete} or {@link SessionMachine#onContentRefused}. */
    record ReceiveContent() implements Effect {}

    /** As {@link ReceiveContent}, of a part of the content, of so many octets. */
    record ReceiveChunk(long bytes, boolean last) implements Effect {}

    /** Reads so many octets in vain; their end goes to {@link SessionMachine#onChunkSkipped}. */
    record SkipChunk(long bytes) implements Effect {}

    /** Stores the mail; the outcome goes to {@link SessionMachine#onStored} or {@link SessionMachine#onStoreFailed}. */
    record Store() implements Effect {}

    /**
     * Forgets whatever the client has said beyond its command (RFC 3207 §4.2, CVE-2011-0411), says {@code reply}, alone, and
     * begins the handshake; its end goes to {@link SessionMachine#onTls}.
     */
    record StartTls(SmtpReply reply) implements Effect {}

    /** Has the mail of {@code node} tried; the answer goes to {@link SessionMachine#onEtrn}. */
    record CallRoutes(EtrnNode node) implements Effect {}

    /**
     * The client is another one from now on, by way of the one that is connected. Goes to {@link SessionMachine#onPassedOn}, if
     * it is admitted.
     */
    record PassOn(InetAddress client) implements Effect {}

    /** The next mail has come by way of the client; a part of what is said of that, maybe. */
    record Forward(ProxyAttributes from) implements Effect {}

    /** What was said so of the next mail holds no longer. */
    record ForgetForward() implements Effect {}

    /** Closes the connection, once everything said has left. */
    record Close(Ending why) implements Effect {}

    /** How sessions end: the {@code outcome} of metrics. */
    enum Ending {
        QUIT,
        TIMED_OUT,
        TOO_MANY_ERRORS,
        TOO_MANY_COMMANDS,
        FLOOD,
        /** What comes next cannot be told from commands. */
        OUT_OF_STEP,
        EARLY_TALKER,
        SHUT_DOWN
    }
}
