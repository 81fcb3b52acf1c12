package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.Content;
import io.backupmx.mail.QueueId;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

        /** It is not known to be there. */
        record Failed(QueueId id, SpoolException.Kind kind) implements Outcome {}
    }

    private final IngressParts parts;
    private final EventLoop loop;
    private final SessionLog log;
    private final String clientAddress;

    MailStore(IngressParts parts, EventLoop loop, SessionLog log, String clientAddress) {
        this.parts = parts;
        this.loop = loop;
        this.log = log;
        this.clientAddress = clientAddress;
    }

    /** @param intake ended without a flaw; this method's to close. {@code then} runs once, on the loop, maybe at once. */
    void store(MailOpen mail, ContentIntake intake, Consumer<Outcome> then) {
        long began = System.nanoTime();
        Instant now = Instant.now();
        QueueId id = QueueId.next(now, loop.random());
        long bytes;
        Future<Void> stored;
        try {
            Content content = intake.content();
            bytes = content.sizeBytes();
            stored = parts.spool().store(entries(id, now, mail, intake.isHeaderAscii()), content);
        } catch (RuntimeException | Error e) {
            intake.close();
            log.storeFailed(id, e);
            then.accept(new Outcome.Failed(id, SpoolException.Kind.UNAVAILABLE));
            return;
        }
        stored.onComplete((_, failure) -> loop.run(() -> {
            intake.close();
            if (failure == null) {
                log.received(id, mail, bytes);
                parts.metrics().messageAccepted(bytes, Duration.ofNanos(System.nanoTime() - began));
                then.accept(new Outcome.Stored(id));
            } else {
                log.storeFailed(id, failure);
                then.accept(new Outcome.Failed(id, kind(failure)));
            }
        }));
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
