package io.backupmx.worker.delivery;

import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Envelopes for tests. */
final class Mails {

    private static final SplittableRandom RANDOM = new SplittableRandom();

    private Mails() {}

    static Envelope envelope(String... recipients) {
        return envelope(Instant.now(), recipients);
    }

    static Envelope envelope(Instant arrival, String... recipients) {
        return made(arrival, "ESMTP", "sender@client.example", recipients);
    }

    static Envelope from(String sender, String... recipients) {
        return made(Instant.now(), "ESMTP", sender, recipients);
    }

    /** One that was made here. */
    static Envelope report(String recipient) {
        return report(Instant.now(), recipient);
    }

    static Envelope report(Instant arrival, String recipient) {
        return made(arrival, Arrival.LOCAL, "", recipient);
    }

    private static Envelope made(Instant arrival, String protocol, String sender, String... recipients) {
        return new Envelope(
                QueueId.next(arrival, RANDOM),
                new Arrival(arrival, "192.0.2.1", "client.example", protocol, Domain.of("backup.example")),
                ReversePath.parse("<" + sender + ">").orElseThrow(),
                Stream.of(recipients)
                        .map(r -> Recipient.of(ForwardPath.parse("<" + r + ">").orElseThrow()))
                        .toList(),
                BodyType.EIGHT_BIT_MIME,
                false,
                Optional.empty(),
                Optional.empty(),
                0);
    }

    /** As with DSN parameters (RFC 3461) of MAIL and of each RCPT. */
    static Envelope withReports(Envelope envelope, String ret, String envid, String notify, String orcpt) {
        return new Envelope(
                envelope.queueId(),
                envelope.arrival(),
                envelope.from(),
                envelope.recipients().stream()
                        .map(r -> new Recipient(r.path(), Optional.of(orcpt), Optional.of(notify), r.lastReply()))
                        .toList(),
                envelope.body(),
                envelope.smtpUtf8(),
                Optional.of(envid),
                Optional.of(ret),
                envelope.attempts());
    }

    static Envelope withSmtpUtf8(Envelope envelope) {
        return new Envelope(
                envelope.queueId(),
                envelope.arrival(),
                envelope.from(),
                envelope.recipients(),
                envelope.body(),
                true,
                envelope.envelopeId(),
                envelope.returnContent(),
                envelope.attempts());
    }
}
