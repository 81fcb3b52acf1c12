package io.backupmx.worker.dsn;

import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Mail that reports are about. */
public final class Samples {

    public static final Domain HOSTNAME = Domain.of("backup.example");
    public static final Instant ARRIVED = Instant.parse("2026-03-01T08:15:30Z");
    public static final String NO_SUCH_USER = "host mx.example.test[192.0.2.9]:25 said: 550 5.1.1 No such user";

    private Samples() {}

    public static Envelope from(String sender, Recipient... recipients) {
        return from(sender, Optional.empty(), Optional.empty(), recipients);
    }

    public static Envelope from(
            String sender, Optional<String> envelopeId, Optional<String> returnContent, Recipient... recipients) {
        ReversePath from = ReversePath.parse("<" + sender + ">").orElseThrow();
        return new Envelope(
                new QueueId("0123456789ABCDEF"),
                new Arrival(ARRIVED, "192.0.2.1", "out.client.example", "ESMTP", HOSTNAME),
                from,
                List.of(recipients),
                BodyType.SEVEN_BIT,
                from.needsSmtpUtf8(),
                envelopeId,
                returnContent,
                3);
    }

    /** One that has failed. */
    public static Recipient recipient(String address) {
        return recipient(address, NO_SUCH_USER);
    }

    public static Recipient recipient(String address, String lastReply) {
        return Recipient.of(ForwardPath.parse("<" + address + ">").orElseThrow())
                .withLastReply(lastReply);
    }

    /** One that has failed, with what the sender wants to hear of it. */
    public static Recipient notifiedOf(String notify, String address) {
        Recipient plain = recipient(address);
        return new Recipient(plain.path(), Optional.empty(), Optional.of(notify), plain.lastReply());
    }

    public static Content.InMemory content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
