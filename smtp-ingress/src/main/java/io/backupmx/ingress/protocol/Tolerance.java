package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.smtp.SmtpReply;
import java.util.Optional;

/**
 * What a client has cost us since we last took a mail of it, and whether that is more than we bear with. A client whose mail
 * we take is no guesser of addresses, so it starts anew. Of one session.
 */
public final class Tolerance {

    /** What there was too much of. */
    public enum Excess {
        ERRORS,
        COMMANDS
    }

    /** What a client may say beside the recipients of one mail, be it NOOP or mails given up before their content. */
    static final int SPARE_COMMANDS = 1000;

    /** Of a chunk: 50 MiB in pieces of that would be far too many commands. */
    private static final int FAIR_CHUNK_BYTES = 128;

    private final int maxErrors;
    private final int maxDeferredRecipients;
    private final int maxCommands;
    private int errors;
    private int deferredRecipients;
    private int commands;

    public Tolerance(IngressConfig config) {
        this(config, config.maxErrors(), config.maxRecipients());
    }

    private Tolerance(IngressConfig config, int maxErrors, int maxDeferredRecipients) {
        this.maxErrors = maxErrors;
        this.maxDeferredRecipients = maxDeferredRecipients;
        this.maxCommands = SPARE_COMMANDS + 2 * config.maxRecipients();
    }

    /** With a client that is known: its errors are no guesses, but a session of nothing else must end all the same. */
    public static Tolerance ofTrusted(IngressConfig config) {
        return new Tolerance(config, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    public void onCommand() {
        commands++;
    }

    /** A chunk that brings the mail on is no command that costs and does not. */
    public void onChunk(long bytes) {
        if (bytes >= FAIR_CHUNK_BYTES) {
            commands--;
        }
    }

    public void onReply(SmtpReply reply) {
        if (reply.isPermanentFailure()) {
            errors++;
        }
    }

    /** A mail that was told to come again is an error: trying the next one is in vain, too. A recipient has an allowance. */
    public void onRefusal(Refusal refusal) {
        if (refusal.ofRecipient() && refusal.isTemporary()) {
            deferredRecipients++; // RFC 5321 §4.5.3.1.10: a client may say them all, and is to say them again
        } else {
            errors++;
        }
    }

    public void onMailTaken() {
        errors = 0;
        deferredRecipients = 0;
        commands = 0;
    }

    /** Why the session ends now, if it does. */
    public Optional<Excess> exceeded() {
        if (errors >= maxErrors || deferredRecipients > maxDeferredRecipients) {
            return Optional.of(Excess.ERRORS);
        }
        return commands > maxCommands ? Optional.of(Excess.COMMANDS) : Optional.empty();
    }
}
