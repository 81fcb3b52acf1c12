package io.backupmx.worker.admin;

import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Mail as a spool would list it, the same at every run. */
public final class SampleMail {

    public static final Route ROUTE = Route.of("smtp:[mx1.example.org]:25");
    public static final Instant ARRIVAL = Instant.parse("2026-03-04T05:06:07Z");
    public static final SpoolQueue ON_ROUTE = new SpoolQueue.ForRoute(ROUTE);
    public static final SpoolQueue ON_RETRY = new SpoolQueue.Retry(Duration.ofMinutes(5));

    private SampleMail() {}

    public static QueueId id(int number) {
        return new QueueId("01J%013d".formatted(number));
    }

    public static Recipient recipient(String address) {
        return Recipient.of(new ForwardPath.To(Mailbox.of(address)));
    }

    public static Envelope envelope(int number, Recipient... recipients) {
        return envelope(number, new ReversePath.Sender(Mailbox.of("sender@example.net")), recipients);
    }

    public static Envelope envelope(int number, ReversePath from, Recipient... recipients) {
        Arrival arrival =
                new Arrival(ARRIVAL, "192.0.2.1", "client.example.net", "ESMTP", Domain.of("mx2.example.org"));
        return new Envelope(
                id(number),
                arrival,
                from,
                List.of(recipients),
                BodyType.SEVEN_BIT,
                false,
                Optional.empty(),
                Optional.empty(),
                0);
    }

    /** A mail for alice, on {@code queue}. */
    public static ListedMail on(SpoolQueue queue, int number) {
        return on(queue, envelope(number, recipient("alice@example.org")));
    }

    public static ListedMail on(SpoolQueue queue, Envelope envelope) {
        Optional<Instant> due = Stream.of(queue)
                .filter(ON_RETRY::equals)
                .map(_ -> ARRIVAL.plusSeconds(300))
                .findFirst();
        return new ListedMail(queue, ROUTE, envelope, 1234, due);
    }

    public static InFlightMail inFlight(int number) {
        return new InFlightMail(ROUTE, envelope(number, recipient("alice@example.org")), 1234, ARRIVAL);
    }

    public static RouteStatus up() {
        return new RouteStatus(ROUTE, RouteStatus.State.UP, ARRIVAL, "", 20, 1, false, Optional.empty());
    }

    public static RouteStatus down(String reason) {
        return new RouteStatus(ROUTE, RouteStatus.State.DOWN, ARRIVAL, reason, 0, 0, false, Optional.empty());
    }
}
