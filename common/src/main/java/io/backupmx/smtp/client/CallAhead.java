package io.backupmx.smtp.client;

import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.SmtpReply;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A transaction that is given up after RCPT: from the null sender, so that nobody checks ours in turn. */
final class CallAhead {

    private static final int SERVICE_CLOSING = 421;
    private static final String MAIL = "MAIL FROM:<>\r\n";

    private final Wire wire;
    private final SmtpClientOptions options;
    private final boolean pipelining;

    CallAhead(Wire wire, SmtpClientOptions options, Extensions offered) {
        this.wire = wire;
        this.options = options;
        this.pipelining = offered.pipelining();
    }

    TransactionResult run(boolean resetFirst, ForwardPath to) {
        List<String> commands = new ArrayList<>(List.of(MAIL, Commands.recipient(to), Commands.RSET));
        List<Duration> timeouts = new ArrayList<>(List.of(options.mail(), options.recipient(), options.command()));
        if (resetFirst) {
            commands.addFirst(Commands.RSET);
            timeouts.addFirst(options.command());
        }
        List<Optional<SmtpReply>> replies = new ArrayList<>();
        Optional<Loss> loss = Optional.empty();
        try {
            if (pipelining) { // RFC 2920 §3.1
                wire.write(Buffer.buffer(String.join("", commands)));
            }
            for (int i = 0; i < commands.size(); i++) {
                if (!pipelining) {
                    wire.write(Buffer.buffer(commands.get(i)));
                }
                SmtpReply reply = wire.reply(timeouts.get(i), options.dataBlock());
                if (reply.code() == SERVICE_CLOSING) {
                    throw new LostException(Loss.Cause.SERVICE_CLOSING, reply.toString());
                }
                replies.add(Optional.of(reply));
            }
            SmtpReply reset = replies.getLast().orElseThrow();
            if (!reset.isPositive()) {
                wire.end(Loss.Cause.GARBAGE, "RSET answered with " + reset);
            }
        } catch (LostException e) {
            wire.end(e.lossCause(), e.why());
            loss = Optional.of(new Loss(Loss.Phase.BEFORE_CONTENT, e.lossCause(), e.why()));
        }
        if (resetFirst && !replies.isEmpty()) {
            replies.removeFirst();
        }
        while (replies.size() < 2) {
            replies.add(Optional.empty());
        }
        return new TransactionResult(replies.get(0), List.of(replies.get(1)), Optional.empty(), Optional.empty(), loss);
    }
}
