package io.backupmx.smtp.client;

import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.MailProtocol;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A connection to an SMTP server that has greeted us and knows our name. For one virtual thread at a time: its methods
 * block, within the timeouts of {@link SmtpClientOptions}; {@link #abort} and {@link #isUsable} are safe from any thread.
 */
public final class SmtpConnection {

    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final Wire wire;
    private final SmtpClientOptions options;
    private final Extensions extensions;
    private final SocketAddress address;
    private final boolean namedAsWe;
    private final Optional<TlsFacts> tls;
    private final boolean lookedAt;
    private final MailProtocol protocol;
    private boolean mindsClients;
    private int transactions;
    private boolean resetNeeded;

    SmtpConnection(
            Wire wire,
            SmtpClientOptions options,
            Extensions extensions,
            SocketAddress address,
            boolean namedAsWe,
            Optional<TlsFacts> tls,
            boolean lookedAt,
            MailProtocol protocol) {
        this.wire = wire;
        this.options = options;
        this.extensions = extensions;
        this.address = address;
        this.namedAsWe = namedAsWe;
        this.tls = tls;
        this.lookedAt = lookedAt;
        this.protocol = protocol;
        wire.rest();
    }

    /** As {@link #send(Transaction, BooleanSupplier)} for a mail that is ours whatever happens. */
    public TransactionResult send(Transaction transaction) {
        return send(transaction, () -> true);
    }

    /**
     * Leads one transaction as far as the peer lets it. Whatever the peer does is in the result; afterwards, unless there
     * was a loss, the connection takes the next one.
     *
     * @param mayEnd asked right before the final dot leaves; a no aborts, for the mail may be another's by now
     */
    public TransactionResult send(Transaction transaction, BooleanSupplier mayEnd) {
        transactions++;
        Dialogue dialogue = new Dialogue(
                wire,
                options,
                extensions,
                protocol,
                mindsClients ? transaction.withoutClient() : transaction,
                mayEnd,
                transactions == 1);
        TransactionResult result = dialogue.run(resetNeeded);
        mindsClients |= dialogue.mindedClient();
        wire.rest();
        // After trouble the peer may still hold the transaction open (RFC 5321 §4.1.1.5).
        resetNeeded = result.content().filter(r -> r.isPositive()).isEmpty();
        return result;
    }

    /**
     * Asks whether the peer would take mail from the null sender for {@code to}, a path in ASCII, and takes the question back
     * (RFC 5321 §4.1.1.5): no mail is sent. Whatever the peer does is in the result, as far as the reply to RCPT.
     */
    public TransactionResult callAhead(ForwardPath to) {
        transactions++;
        TransactionResult result = new CallAhead(wire, options, extensions).run(resetNeeded, to);
        wire.rest();
        resetNeeded = false;
        return result;
    }

    /** What the peer offers; REQUIRETLS only where {@link #isLookedAt}. */
    public Extensions extensions() {
        return extensions;
    }

    /** Where it leads, by the name that was resolved. */
    public SocketAddress address() {
        return address;
    }

    /** For people: {@code mx1.example.org[192.0.2.1]:25}. */
    public String peer() {
        return Peer.name(address);
    }

    /** What protects the connection; empty: nothing. */
    public Optional<TlsFacts> tls() {
        return tls;
    }

    /** Whether TLS protects the connection, and the certificate has said that the peer is who was meant. */
    public boolean isLookedAt() {
        return lookedAt;
    }

    /** Whether the peer goes by the name that we go by: most likely we have come back to ourselves. */
    public boolean isNamedAsWe() {
        return namedAsWe;
    }

    /** Transactions so far. */
    public int transactions() {
        return transactions;
    }

    /** Whether, as far as we know, a further transaction can be sent: the peer has neither left nor said anything unasked. */
    public boolean isUsable() {
        return wire.isQuiet();
    }

    /** Takes leave and closes; waits a few seconds at most for the answer (RFC 5321 §4.1.1.10). */
    public void quit() {
        if (isUsable()) {
            wire.write(Buffer.buffer("QUIT\r\n"));
            try {
                var _ = wire.reply(FAREWELL, FAREWELL);
            } catch (LostException _) {
                // Gone is what we wanted.
            }
        }
        wire.end(Loss.Cause.CLOSED, "quit");
    }

    /** Closes at once; a transaction in progress ends with {@link Loss.Cause#ABORTED}. */
    public void abort() {
        wire.end(Loss.Cause.ABORTED, "aborted");
    }

    @Override
    public String toString() {
        return "connection to " + peer();
    }
}
