package io.backupmx.smtp.client;

import io.backupmx.smtp.Credentials;
import io.backupmx.smtp.SmtpReply;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** AUTH by PLAIN or LOGIN (RFC 4954), which hand the password over: so never in the clear, but where that was said. */
final class Authentication {

    private static final int GO_ON = 334;

    private final Wire wire;
    private final SmtpClientOptions options;
    private final Credentials credentials;

    Authentication(Wire wire, SmtpClientOptions options, Credentials credentials) {
        this.wire = wire;
        this.options = options;
        this.credentials = credentials;
    }

    /** @return why it came to nothing; empty: the server believes us */
    Optional<String> run(Extensions offered, boolean encrypted) throws LostException {
        if (!encrypted && !options.authInClear()) {
            return Optional.of("no TLS, and without it no password is sent (worker.auth_in_clear)");
        }
        try {
            return authenticate(offered, encrypted);
        } catch (LostException e) {
            throw e.lossCause() == Loss.Cause.GARBAGE // which it quotes
                    ? new LostException(Loss.Cause.GARBAGE, "garbage in answer to AUTH")
                    : e;
        }
    }

    private Optional<String> authenticate(Extensions offered, boolean encrypted) throws LostException {
        if (offered.auth().contains("PLAIN")) {
            return verdict(ask("AUTH PLAIN " + credentials.plain()));
        } else if (offered.auth().contains("LOGIN")) {
            return login();
        }
        return Optional.of("it does not offer AUTH PLAIN or LOGIN"
                + (encrypted || offered.auth().isEmpty() ? "" : " in the clear"));
    }

    private Optional<String> login() throws LostException {
        SmtpReply reply = ask("AUTH LOGIN");
        if (reply.code() == GO_ON) {
            reply = ask(credentials.base64User());
        }
        if (reply.code() == GO_ON) {
            reply = ask(credentials.base64Password());
        }
        return verdict(reply);
    }

    /** No word of the reply: a server may put into it what it was told, in whatever form. */
    private Optional<String> verdict(SmtpReply reply) {
        return reply.isPositive() ? Optional.empty() : Optional.of("user " + credentials + ": " + reply.code());
    }

    private SmtpReply ask(String line) throws LostException {
        wire.write(Buffer.buffer(line + "\r\n"));
        return wire.reply(options.command(), options.dataBlock());
    }
}
