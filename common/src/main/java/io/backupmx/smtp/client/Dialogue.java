package io.backupmx.smtp.client;

import io.backupmx.mail.Recipient;
import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.SmtpReply;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One transaction on one wire, from MAIL to the reply to the final dot. */
final class Dialogue {

    private static final int SERVICE_CLOSING = 421;
    private static final long FOLLOW_UP_BYTES = 32 << 10;

    /** Too many recipients (RFC 3463 §3.6), or mails: OpenSMTPD says it of more than 100 on one connection. */
    private static final EnhancedStatus TOO_MANY = new EnhancedStatus(4, 5, 3);

    private final Wire wire;
    private final SmtpClientOptions options;
    private final Extensions offered;
    private final MailProtocol protocol;
    private final Transaction transaction;
    private final Optional<String> client;
    private final BooleanSupplier mayEnd;
    private final boolean isFirst;

    private Optional<SmtpReply> mail = Optional.empty();
    private final List<Optional<SmtpReply>> recipients = new ArrayList<>();
    private Optional<SmtpReply> data = Optional.empty();
    private Optional<SmtpReply> content = Optional.empty();
    private final List<Optional<SmtpReply>> contents = new ArrayList<>();
    private boolean contentSent;
    private boolean mindedClient;
    private Loss.Phase phase = Loss.Phase.BEFORE_CONTENT;

    /** @param isFirst whether it is the first one on the wire */
    Dialogue(
            Wire wire,
            SmtpClientOptions options,
            Extensions offered,
            MailProtocol protocol,
            Transaction transaction,
            BooleanSupplier mayEnd,
            boolean isFirst) {
        this.wire = wire;
        this.options = options;
        this.offered = offered;
        this.protocol = protocol;
        this.transaction = transaction;
        this.client = transaction.client().flatMap(original -> original.command(offered.xforward()));
        this.mayEnd = mayEnd;
        this.isFirst = isFirst;
    }

    TransactionResult run(boolean resetFirst) {
        Optional<Loss> loss = Optional.empty();
        boolean orderly = false;
        try {
            if (offered.pipelining()) {
                askAtOnce(resetFirst);
            } else {
                askOneByOne(resetFirst);
            }
            if (data.filter(SmtpReply::isIntermediate).isPresent()) {
                sendContent();
            }
            orderly = true;
        } catch (LostException e) {
            wire.end(e.lossCause(), e.why()); // before the phase is read: what has left by then, has
            loss = Optional.of(new Loss(phaseWhenEnded(), e.lossCause(), e.why()));
        } finally {
            if (!orderly) {
                wire.end(Loss.Cause.CLOSED, "given up");
            }
        }
        while (recipients.size() < transaction.recipients().size()) {
            recipients.add(Optional.empty());
        }
        while (!contents.isEmpty() && contents.size() < recipients.size()) {
            contents.add(Optional.empty());
        }
        return new TransactionResult(mail, recipients, data, content, contents, loss);
    }

    /** Whether the peer did not like to be told whom the mail came from, although it had offered that. */
    boolean mindedClient() {
        return mindedClient;
    }

    private Loss.Phase phaseWhenEnded() {
        return phase == Loss.Phase.AFTER_DOT && !wire.allWrittenAtEnd() ? Loss.Phase.IN_CONTENT : phase;
    }

    /** RFC 2920 §3.1: everything up to DATA in one write; the replies are read afterwards, in order. */
    private void askAtOnce(boolean resetFirst) throws LostException {
        StringBuilder commands = new StringBuilder(256);
        if (resetFirst) {
            commands.append(Commands.RSET);
        }
        client.ifPresent(commands::append); // before MAIL, whose end forgets it
        commands.append(Commands.mail(transaction, offered));
        for (Recipient recipient : transaction.recipients()) {
            commands.append(Commands.recipient(recipient, offered, saysSmtpUtf8()));
        }
        Buffer asked = Buffer.buffer(commands.append(Commands.DATA).toString());
        int replies = (resetFirst ? 1 : 0)
                + (client.isPresent() ? 1 : 0)
                + 1
                + transaction.recipients().size()
                + 1;
        contentAfter(replies).ifPresentOrElse(content -> wire.write(asked, content), () -> wire.write(asked));
        if (resetFirst) {
            readReset();
        }
        if (client.isPresent()) {
            readClient();
        }
        readMail();
        for (int i = 0; i < transaction.recipients().size(); i++) {
            readRecipient();
        }
        readData();
        contentSent = wire.followedUp();
    }

    /** A small content waits in memory for the replies, so that it can leave as soon as they have come. */
    private Optional<FollowUp> contentAfter(int replies) {
        if (transaction.sizeBytes() > FOLLOW_UP_BYTES) {
            return Optional.empty();
        }
        Duration lookAfter =
                options.dataBlock().compareTo(options.finalDot()) < 0 ? options.dataBlock() : options.finalDot();
        return ContentWriter.whole(transaction)
                .map(content -> new FollowUp(replies, this::wantsContent, mayEnd, content, lookAfter));
    }

    /** Whether the replies to all that was asked at once are what they have to be before the content may leave. */
    private boolean wantsContent(List<SmtpReply> replies) {
        int last = replies.size() - 1;
        int recipient = last - transaction.recipients().size();
        return replies.stream().noneMatch(reply -> reply.code() == SERVICE_CLOSING)
                && replies.subList(0, recipient).stream().allMatch(SmtpReply::isPositive)
                && replies.subList(recipient, last).stream().anyMatch(SmtpReply::isPositive)
                && replies.get(last).isIntermediate();
    }

    private void askOneByOne(boolean resetFirst) throws LostException {
        if (resetFirst) {
            write(Commands.RSET);
            readReset();
        }
        if (client.isPresent()) {
            write(client.get());
            readClient();
        }
        write(Commands.mail(transaction, offered));
        if (!readMail().isPositive()) {
            return;
        }
        for (Recipient recipient : transaction.recipients()) {
            write(Commands.recipient(recipient, offered, saysSmtpUtf8()));
            readRecipient();
        }
        if (someAccepted()) {
            write(Commands.DATA);
            readData();
        }
    }

    private boolean saysSmtpUtf8() {
        return offered.smtpUtf8() && transaction.smtpUtf8();
    }

    private void readReset() throws LostException {
        SmtpReply reply = read(options.command());
        checkNotClosing(reply);
        if (!reply.isPositive()) {
            throw new LostException(Loss.Cause.GARBAGE, "RSET answered with " + reply);
        }
    }

    /** A mail is not worth less for it: whatever its filters make of us, the peer is to have it. */
    private void readClient() throws LostException {
        SmtpReply reply = read(options.mail());
        checkNotClosing(reply);
        mindedClient = !reply.isPositive();
    }

    private SmtpReply readMail() throws LostException {
        SmtpReply reply = read(options.mail());
        checkNotFull(reply);
        mail = Optional.of(reply);
        checkNotClosing(reply);
        return reply;
    }

    /** To MAIL "too many" can only mean the mails before, and so this connection: as 421, but that the peer does not close. */
    private void checkNotFull(SmtpReply reply) throws LostException {
        if (!isFirst && reply.status().filter(TOO_MANY::equals).isPresent()) {
            throw new LostException(Loss.Cause.SERVICE_CLOSING, reply.toString());
        }
    }

    private void readRecipient() throws LostException {
        SmtpReply reply = read(options.recipient());
        recipients.add(Optional.of(reply));
        checkNotClosing(reply);
    }

    private void readData() throws LostException {
        SmtpReply reply = read(options.data());
        data = Optional.of(reply);
        checkNotClosing(reply);
        if (reply.isPositive()) {
            throw new LostException(Loss.Cause.GARBAGE, "DATA answered with " + reply);
        }
    }

    private void sendContent() throws LostException {
        boolean mailAccepted = mail.filter(SmtpReply::isPositive).isPresent();
        if (!someAccepted() && protocol == MailProtocol.LMTP) {
            // RFC 2033 §4.2: 503 was due, and to a lone dot there is no reply.
            throw new LostException(Loss.Cause.GARBAGE, "DATA accepted without a recipient");
        } else if (!someAccepted()) {
            // RFC 2920 §3.1: the peer goes on although nobody is left; a lone dot ends it.
            write(".\r\n");
            checkNotClosing(read(options.finalDot()));
        } else if (!mailAccepted) {
            throw new LostException(Loss.Cause.GARBAGE, "recipients accepted without a sender");
        } else {
            phase = Loss.Phase.IN_CONTENT;
            boolean complete = contentSent || new ContentWriter(wire, options.dataBlock()).send(transaction, mayEnd);
            if (complete) {
                phase = Loss.Phase.AFTER_DOT;
            }
            readContentReply();
        }
    }

    private void readContentReply() throws LostException {
        SmtpReply reply = read(options.finalDot());
        boolean early = phase == Loss.Phase.IN_CONTENT || !wire.allWritten();
        if (early && protocol == MailProtocol.LMTP) {
            throw new LostException(Loss.Cause.GARBAGE, "an answer before the content's end: " + reply);
        }
        if (early && reply.isPositive()) {
            throw new LostException(Loss.Cause.GARBAGE, "content accepted before its end: " + reply);
        }
        content = Optional.of(reply);
        if (protocol == MailProtocol.LMTP) {
            readContentReplies(reply);
            return;
        }
        checkNotClosing(reply);
        if (early) {
            throw new LostException(Loss.Cause.CLOSED, "content refused before its end: " + reply);
        }
    }

    /** RFC 2033 §4.2: one for each recipient that was accepted, in their order. */
    private void readContentReplies(SmtpReply first) throws LostException {
        boolean isFirst = true;
        for (Optional<SmtpReply> recipient : recipients) {
            if (recipient.filter(SmtpReply::isPositive).isEmpty()) {
                contents.add(Optional.empty());
                continue;
            }
            SmtpReply reply = isFirst ? first : read(options.finalDot());
            isFirst = false;
            contents.add(Optional.of(reply));
            if (reply.isPositive()) {
                content = content.filter(SmtpReply::isPositive).or(() -> Optional.of(reply));
            }
            checkNotClosing(reply);
        }
    }

    /** RFC 5321 §3.8: whatever was asked, nothing will be answered any more. */
    private static void checkNotClosing(SmtpReply reply) throws LostException {
        if (reply.code() == SERVICE_CLOSING) {
            throw new LostException(Loss.Cause.SERVICE_CLOSING, reply.toString());
        }
    }

    private boolean someAccepted() {
        return recipients.stream()
                .anyMatch(reply -> reply.filter(SmtpReply::isPositive).isPresent());
    }

    private void write(String commands) {
        wire.write(Buffer.buffer(commands));
    }

    private SmtpReply read(Duration timeout) throws LostException {
        return wire.reply(timeout, options.dataBlock());
    }
}
