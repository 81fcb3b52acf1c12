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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Brings one session's mails to the spool, names them, and closes their contents when the spool has answered, whatever has
 * become of the client by then. A mail whose client leaves before is not stored: that one sends it again.
 */
final class MailStore {

    /** What became of a mail. */
    sealed interface Outcome {

        /** It is on the spool's disk. */
        record Stored(QueueId id) implements Outcome {}

        /** It was not to be kept. */
        record Refused(QueueId id, ContentVerdict verdict) implements Outcome {}

        /** Its client left before it was to be kept, and will send it again. */
        record Unwanted(QueueId id) implements Outcome {}

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

    /** One that is on its way. */
    private record Incoming(
            QueueId id,
            Instant arrived,
            long beganNanos,
            MailOpen mail,
            ContentIntake intake,
            BooleanSupplier wanted,
            Consumer<Outcome> then) {}

    /**
     * Stores the mail, unless a filter says otherwise.
     *
     * @param intake ended without a flaw; this method's to close
     * @param wanted whether somebody waits for the outcome still; asked on the loop
     * @param then runs once, on the loop, maybe at once
     */
    void store(MailOpen mail, ContentIntake intake, BooleanSupplier wanted, Consumer<Outcome> then) {
        Instant now = Instant.now();
        Incoming one =
                new Incoming(QueueId.next(now, loop.random()), now, System.nanoTime(), mail, intake, wanted, then);
        Future<ContentVerdict> judged;
        try {
            judged = check.judge(checked(one.id(), mail), intake.content());
        } catch (RuntimeException | Error e) {
            fail(one, e);
            return;
        }
        Future<Optional<SpfResult>> spf = spf(mail);
        whenDone(judged, () -> judged(one, judged, spf));
    }

    private void whenDone(Future<?> asked, Runnable then) {
        if (asked.isComplete()) {
            then.run();
        } else {
            asked.onComplete((_, _) -> loop.run(then));
        }
    }

    private Future<Optional<SpfResult>> spf(MailOpen mail) {
        return parts.clients()
                .telling(clientAddress)
                .map(client -> policy.check(client, mail.before().client().name(), mail.from()))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    private void judged(Incoming one, Future<ContentVerdict> judged, Future<Optional<SpfResult>> spf) {
        if (judged.failed()) {
            fail(one, judged.cause());
        } else if (judged.result() == ContentVerdict.TAKE) {
            whenDone(spf, () -> keep(one, spf.otherwise(Optional.empty()).result()));
        } else {
            one.intake().close();
            one.then().accept(new Outcome.Refused(one.id(), judged.result()));
        }
    }

    private void fail(Incoming one, Throwable cause) {
        one.intake().close();
        log.storeFailed(one.id(), cause);
        one.then().accept(new Outcome.Failed(one.id(), SpoolException.Kind.UNAVAILABLE));
    }

    private void keep(Incoming one, Optional<SpfResult> spf) {
        ContentIntake intake = one.intake();
        if (!one.wanted().getAsBoolean()) {
            intake.close();
            one.then().accept(new Outcome.Unwanted(one.id()));
            return;
        }
        long bytes;
        Future<Void> stored;
        try {
            Content content = intake.content();
            bytes = content.sizeBytes();
            stored = parts.spool().store(entries(one), content);
        } catch (RuntimeException | Error e) {
            fail(one, e);
            return;
        }
        stored.onComplete((_, failure) -> loop.run(() -> {
            intake.close();
            if (failure == null) {
                log.received(one.id(), one.mail(), bytes, spf);
                parts.metrics().messageAccepted(bytes, Duration.ofNanos(System.nanoTime() - one.beganNanos()));
                one.then().accept(new Outcome.Stored(one.id()));
            } else {
                log.storeFailed(one.id(), failure);
                one.then().accept(new Outcome.Failed(one.id(), kind(failure)));
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

    private List<SpoolEntry> entries(Incoming one) {
        Client client = one.mail().before().client();
        return SpoolEntries.of(
                one.id(),
                new Arrival(
                        one.arrived(),
                        clientAddress,
                        client.name(),
                        one.mail().protocol(),
                        client.tls(),
                        parts.hostname()),
                one.mail(),
                one.intake().isHeaderAscii());
    }

    private static SpoolException.Kind kind(Throwable failure) {
        return failure instanceof SpoolException expected ? expected.kind() : SpoolException.Kind.UNAVAILABLE;
    }
}
