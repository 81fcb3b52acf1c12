package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.ContentVerdict;
import io.backupmx.ingress.protocol.Recipients;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.rspamd.CheckedMail;
import io.backupmx.ingress.rspamd.ContentCheck;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.Content;
import io.backupmx.mail.QueueId;
import io.backupmx.spf.SpfResult;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Brings one session's mails to the spool, names them, and closes their contents when the spool has answered, whatever has
 * become of the client by then.
 */
final class MailStore {

    /** What became of a mail. */
    sealed interface Outcome {

        /** It is on the spool's disk. */
        record Stored(QueueId id) implements Outcome {}

        /** It was not to be kept. */
        record Refused(QueueId id, ContentVerdict verdict) implements Outcome {}

        /** It is not known to be there. */
        record Failed(QueueId id, SpoolException.Kind kind) implements Outcome {}
    }

    private final IngressParts parts;
    private final EventLoop loop;
    private final SessionLog log;
    private final String clientAddress;
    private final ContentCheck check;
    private final SenderPolicy policy;

    MailStore(IngressParts parts, EventLoop loop, SessionLog log, String clientAddress) {
        this.check = parts.contentCheck(clientAddress);
        this.policy = parts.senderPolicy(clientAddress);
        this.parts = parts;
        this.loop = loop;
        this.log = log;
        this.clientAddress = clientAddress;
    }

    /**
     * Stores the mail, unless a filter says otherwise.
     *
     * @param intake ended without a flaw; this method's to close
     * @param then runs once, on the loop, maybe at once
     */
    void store(MailOpen mail, ContentIntake intake, Consumer<Outcome> then) {
        Instant now = Instant.now();
        QueueId id = QueueId.next(now, loop.random());
        Future<ContentVerdict> judged;
        try {
            judged = check.judge(checked(id, mail), intake.content());
        } catch (RuntimeException | Error e) {
            fail(id, intake, e, then);
            return;
        }
        Future<Optional<SpfResult>> spf = spf(mail);
        if (judged.isComplete() && spf.isComplete()) {
            judged(judged, spf, id, now, mail, intake, then);
        } else {
            Future.join(judged, spf)
                    .onComplete((_, _) -> loop.run(() -> judged(judged, spf, id, now, mail, intake, then)));
        }
    }

    private Future<Optional<SpfResult>> spf(MailOpen mail) {
        return parts.clients()
                .telling(clientAddress)
                .map(client -> policy.check(client, mail.before().client().name(), mail.from()))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    private void judged(
            Future<ContentVerdict> judged,
            Future<Optional<SpfResult>> spf,
            QueueId id,
            Instant now,
            MailOpen mail,
            ContentIntake intake,
            Consumer<Outcome> then) {
        if (judged.failed()) {
            fail(id, intake, judged.cause(), then);
        } else if (judged.result() == ContentVerdict.TAKE) {
            keep(id, now, mail, intake, spf.otherwise(Optional.empty()).result(), then);
        } else {
            intake.close();
            then.accept(new Outcome.Refused(id, judged.result()));
        }
    }

    private void fail(QueueId id, ContentIntake intake, Throwable cause, Consumer<Outcome> then) {
        intake.close();
        log.storeFailed(id, cause);
        then.accept(new Outcome.Failed(id, SpoolException.Kind.UNAVAILABLE));
    }

    private void keep(
            QueueId id,
            Instant now,
            MailOpen mail,
            ContentIntake intake,
            Optional<SpfResult> spf,
            Consumer<Outcome> then) {
        long began = System.nanoTime();
        long bytes;
        Future<Void> stored;
        try {
            Content content = intake.content();
            bytes = content.sizeBytes();
            stored = parts.spool().store(entries(id, now, mail, intake.isHeaderAscii()), content);
        } catch (RuntimeException | Error e) {
            fail(id, intake, e, then);
            return;
        }
        stored.onComplete((_, failure) -> loop.run(() -> {
            intake.close();
            if (failure == null) {
                log.received(id, mail, bytes, spf);
                parts.metrics().messageAccepted(bytes, Duration.ofNanos(System.nanoTime() - began));
                then.accept(new Outcome.Stored(id));
            } else {
                log.storeFailed(id, failure);
                then.accept(new Outcome.Failed(id, kind(failure)));
            }
        }));
    }

    private CheckedMail checked(QueueId id, MailOpen mail) {
        return new CheckedMail(
                id,
                parts.clients().telling(clientAddress),
                mail.before().client().name(),
                mail.from(),
                mail.recipients().asList().stream()
                        .map(Recipients.Accepted::path)
                        .toList());
    }

    private List<SpoolEntry> entries(QueueId id, Instant now, MailOpen mail, boolean headerAscii) {
        Client client = mail.before().client();
        return SpoolEntries.of(
                id,
                new Arrival(now, clientAddress, client.name(), mail.protocol(), client.tls(), parts.hostname()),
                mail,
                headerAscii);
    }

    private static SpoolException.Kind kind(Throwable failure) {
        return failure instanceof SpoolException expected ? expected.kind() : SpoolException.Kind.UNAVAILABLE;
    }
}
