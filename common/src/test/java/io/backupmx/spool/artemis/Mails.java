package io.backupmx.spool.artemis;

import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Envelopes and contents for tests. */
final class Mails {

    private static final Random RANDOM = new Random(7);

    private Mails() {}

    static Envelope to(String... addresses) {
        return from(ReversePath.parse("<sender@example.net>").orElseThrow(), addresses);
    }

    static Envelope from(ReversePath from, String... addresses) {
        return envelope(
                from,
                List.of(addresses).stream()
                        .map(address -> Recipient.of(
                                ForwardPath.parse("<" + address + ">").orElseThrow()))
                        .toList());
    }

    static Envelope envelope(List<Recipient> recipients) {
        return envelope(ReversePath.parse("<sender@example.net>").orElseThrow(), recipients);
    }

    private static Envelope envelope(ReversePath from, List<Recipient> recipients) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return new Envelope(
                QueueId.next(now, RANDOM),
                new Arrival(now, "2001:db8::25", "client.example", "ESMTP", Domain.of("mx2.example.org")),
                from,
                recipients,
                BodyType.EIGHT_BIT_MIME,
                false,
                Optional.of("env+2Bid"),
                Optional.of("HDRS"),
                0);
    }

    /** As large as an envelope may get: addresses of 320 octets, each with its ORCPT. */
    static Envelope huge(int recipients) {
        String domain = ("d".repeat(60) + ".").repeat(4) + "example.org";
        return envelope(IntStream.range(0, recipients)
                .mapToObj(i -> {
                    String local = "u".repeat(58) + String.format("%06d", i);
                    String address = local + "@" + domain;
                    return new Recipient(
                            ForwardPath.parse("<" + address + ">").orElseThrow(),
                            Optional.of("rfc822;" + address),
                            Optional.of("SUCCESS,FAILURE,DELAY"),
                            Optional.empty());
                })
                .toList());
    }

    static byte[] octets(int size) {
        byte[] octets = new byte[size];
        RANDOM.nextBytes(octets);
        return octets;
    }
}
