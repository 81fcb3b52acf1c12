package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.Effect;
import io.backupmx.ingress.protocol.ProxyAttributes;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.TlsFacts;
import io.backupmx.ops.MailLog;
import io.backupmx.spf.SpfResult;
import io.backupmx.spool.SpoolException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** What one session tells the mail log, and at DEBUG whoever looks into a session. */
final class SessionLog {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);

    private final String client;

    /** What a proxy has said of the next mail, and of this one. */
    private Optional<ProxyAttributes> nextFrom = Optional.empty();

    private Optional<ProxyAttributes> from = Optional.empty();

    SessionLog(String client) {
        this.client = client;
    }

    /** The next mail has come to its client from there; a proxy says it in as many commands as it takes. */
    void forwarded(ProxyAttributes attributes) {
        nextFrom = Optional.of(nextFrom.map(said -> said.and(attributes)).orElse(attributes));
    }

    /** Of the next mail nothing was said, or it was refused. */
    void forgetForwarded() {
        nextFrom = Optional.empty();
    }

    void mailBegins() {
        from = nextFrom;
        nextFrom = Optional.empty();
    }

    void received(QueueId id, MailOpen mail, long sizeBytes, Optional<SpfResult> spf) {
        LoggingEventBuilder event = MailLog.LOG
                .atInfo()
                .addKeyValue("queue_id", id)
                .addKeyValue("client", client)
                .addKeyValue("helo", mail.before().client().name())
                .addKeyValue("tls", mail.before().tls().map(TlsFacts::version).orElse("none"))
                .addKeyValue("from", mail.from())
                .addKeyValue("to", mail.recipients().first().path())
                .addKeyValue("recipients", mail.recipients().size())
                .addKeyValue("size", sizeBytes);
        spf.ifPresent(result -> {
            var _ = event.addKeyValue("spf", result.label());
        });
        forwarded(event, "ADDR", "orig_client");
        forwarded(event, "HELO", "orig_helo");
        forwarded(event, "IDENT", "orig_queue_id");
        event.log("received");
    }

    private void forwarded(LoggingEventBuilder event, String attribute, String key) {
        from.flatMap(said -> said.value(attribute)).ifPresent(value -> {
            var _ = event.addKeyValue(key, value);
        });
    }

    void rejected(Effect.Refuse refuse) {
        LoggingEventBuilder event = MailLog.LOG
                .atInfo()
                .addKeyValue("client", client)
                .addKeyValue("reason", refuse.reason().label())
                .addKeyValue("from", refuse.from());
        refuse.to()
                .map(to -> event.addKeyValue("to", to))
                .orElse(event)
                .addKeyValue("reply", refuse.reply())
                .log("rejected");
    }

    /** Not an answer to a mail, but an operator asks for it: a client that is kept out. */
    void turnedAway(ConnectionOutcome why) {
        MailLog.LOG
                .atInfo()
                .addKeyValue("client", client)
                .addKeyValue("reason", why.label())
                .log("rejected");
    }

    void handshakeFailed(TlsFailure why, String cause) {
        MailLog.LOG
                .atInfo()
                .addKeyValue("client", client)
                .addKeyValue("reason", why.label())
                .addKeyValue("cause", cause)
                .log("handshake failed");
    }

    void goneBeforeReply(MailStore.Outcome outcome) {
        LOG.atDebug()
                .addKeyValue("client", client)
                .addKeyValue("outcome", outcome)
                .log("client gone before its reply");
    }

    void ended(ConnectionOutcome outcome) {
        LOG.atDebug()
                .addKeyValue("client", client)
                .addKeyValue("outcome", outcome.label())
                .log("session ended");
    }

    void networkError(Throwable cause) {
        LOG.atDebug().addKeyValue("client", client).setCause(cause).log("connection broken");
    }

    /** Expected endings are told by {@code rejected}; a surprise is for an operator to look at. */
    void storeFailed(QueueId id, Throwable cause) {
        LOG.atLevel(cause instanceof SpoolException ? Level.DEBUG : Level.WARN)
                .addKeyValue("client", client)
                .addKeyValue("queue_id", id)
                .setCause(cause)
                .log("spool failed");
    }

    void lookUpFailed(Throwable cause) {
        LOG.atWarn().addKeyValue("client", client).setCause(cause).log("recipient look-up failed");
    }

    void surprise(Throwable cause) {
        LOG.atError().addKeyValue("client", client).setCause(cause).log("session failed");
    }
}
