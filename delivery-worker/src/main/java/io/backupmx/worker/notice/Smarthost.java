package io.backupmx.worker.notice;

import io.backupmx.config.HostPort;
import io.backupmx.config.NoticesConfig;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where notices are handed to. Each over a connection of its own, for they are few; none is waited for longer than a minute and
 * a half, whatever the server does. For virtual threads: sending blocks.
 */
final class Smarthost {

    /** What takes a password; with others allowed the client tries it as an OAuth token first. */
    private static final String AUTH_METHODS = "CRAM-SHA256 CRAM-SHA1 CRAM-MD5 PLAIN LOGIN";

    private static final int CONNECT_MILLIS = 10_000;
    private static final int IDLE_SECONDS = 60;
    private static final long ANSWER_SECONDS = 90;

    private final Vertx vertx;
    private final NoticesConfig config;
    private final HostPort address;
    private final String ourName;

    /** @param config one that is on */
    Smarthost(Vertx vertx, NoticesConfig config, String ourName) {
        this.vertx = vertx;
        this.config = config;
        this.address = config.smarthostAddress().orElseThrow();
        this.ourName = ourName;
    }

    /** It did not take a notice; the message is for operators. */
    static final class NotTaken extends Exception {
        private static final long serialVersionUID = 1L;

        NotTaken(String why, Throwable cause) {
            super(why, cause);
        }
    }

    HostPort address() {
        return address;
    }

    /**
     * Returns when the smarthost has taken it for at least one recipient.
     *
     * @return what became of it, for people
     */
    String send(Notice notice) throws NotTaken, InterruptedException {
        MailClient client = MailClient.create(vertx, options());
        try {
            List<String> taken = client.sendMail(message(notice))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .getRecipients();
            List<String> refused = new ArrayList<>(config.to());
            refused.removeAll(taken);
            return "taken for " + String.join(", ", taken)
                    + (refused.isEmpty() ? "" : "; refused for " + String.join(", ", refused));
        } catch (ExecutionException e) {
            throw new NotTaken(reason(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new NotTaken("no answer within " + ANSWER_SECONDS + " s", e);
        } finally {
            var _ = client.close();
        }
    }

    private MailMessage message(Notice notice) {
        String from = config.from().orElse("postmaster@" + ourName);
        return new MailMessage()
                .setFrom(from)
                .setTo(config.to())
                .setSubject(notice.subject())
                .setText(notice.text())
                .addHeader("Message-ID", "<" + notice.id() + "@" + ourName + ">")
                .addHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5: nobody's vacation answers it
                .addHeader("X-Backup-MX-Notice", notice.kind().label());
    }

    private MailConfig options() throws NotTaken {
        MailConfig options = new MailConfig(address.host(), address.port())
                .setOwnHostname(ourName)
                .setKeepAlive(false)
                .setMaxPoolSize(1)
                .setAllowRcptErrors(true)
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        switch (config.tls()) {
            case NONE -> options.setStarttls(StartTLSOptions.DISABLED);
            case STARTTLS ->
                // Whoever cuts the offer out on the way gets no password for it.
                options.setStarttls(config.user().isPresent() ? StartTLSOptions.REQUIRED : StartTLSOptions.OPTIONAL)
                        .setTrustAll(true)
                        .setHostnameVerificationAlgorithm("");
            case REQUIRED -> options.setStarttls(StartTLSOptions.REQUIRED).setHostnameVerificationAlgorithm("HTTPS");
        }
        if (config.user().isEmpty()) {
            return options.setLogin(LoginOption.DISABLED);
        }
        return options.setLogin(LoginOption.REQUIRED)
                .setAuthMethods(AUTH_METHODS)
                .setUsername(config.user().get())
                .setPassword(password(config.passwordFile().orElseThrow()));
    }

    private static String password(Path file) throws NotTaken {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new NotTaken("notices.password_file: cannot read " + file, e);
        }
    }

    private static String reason(@Nullable Throwable cause) {
        return switch (cause) {
            case SMTPException said
            when !said.getReplyMessages().isEmpty() -> "it said: " + String.join(" / ", said.getReplyMessages());
            case null -> "no answer";
            default -> String.valueOf(cause.getMessage());
        };
    }
}
