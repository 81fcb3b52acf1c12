package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.backupmx.mail.Envelope;
import io.backupmx.ops.MailLog;
import io.backupmx.route.Route;
import io.backupmx.smtp.SmtpReply;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouteRecordTest {

    private static final Instant ARRIVAL = Instant.parse("2026-03-01T07:08:09Z");
    private static final String ROUTE = "smtp:[mx.example]:25";

    private final Logger log = (Logger) MailLog.LOG;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final RouteRecord record = new RouteRecord(Route.of(ROUTE), metrics, () -> 7);

    @BeforeEach
    void listen() {
        lines.start();
        log.setLevel(Level.INFO);
        log.setAdditive(false);
        log.addAppender(lines);
    }

    @AfterEach
    void leave() {
        log.detachAppender(lines);
        log.setAdditive(true);
        log.setLevel(null);
    }

    @Test
    void everyRecipientHasALine() {
        Envelope envelope = Mails.envelope(ARRIVAL, "a@x.test", "b@x.test", "c@x.test", "d@x.test")
                .withAttempts(2);
        record.outcomes(
                envelope,
                List.of(
                        new RecipientOutcome.Delivered(SmtpReply.of(250, "2.0.0", "Ok"), "mx.example[192.0.2.1]:25"),
                        new RecipientOutcome.Deferred("450 later"),
                        new RecipientOutcome.Failed("550 never"),
                        new RecipientOutcome.Untried("down")),
                ARRIVAL.plusMillis(61_005));
        String common = " next_hop=" + ROUTE + " delay=61.005 attempts=3 ";
        String id = " queue_id=" + envelope.queueId();
        assertThat(lines())
                .containsExactly(
                        "INFO delivered" + id + " to=<a@x.test>" + common
                                + "host=mx.example[192.0.2.1]:25 tls=none reply=250 2.0.0 Ok",
                        "INFO deferred" + id + " to=<b@x.test>" + common + "reason=450 later",
                        "INFO failed" + id + " to=<c@x.test>" + common + "reason=550 never");
    }

    @Test
    void aRouteWithoutMailHasNoMetrics() {
        assertThat(metrics.getMeters()).isEmpty();
    }

    @Test
    void metricsSpeakTheSameWords() {
        record.outcomes(
                Mails.envelope(ARRIVAL, "a@x.test"),
                List.of(new RecipientOutcome.Delivered(SmtpReply.of(250, "Ok"), "mx")),
                ARRIVAL.plusSeconds(90));
        assertThat(metrics.get("backupmx.delivery.attempts")
                        .tags("outcome", "delivered", "next_hop", ROUTE)
                        .counter()
                        .count())
                .isOne();
        assertThat(metrics.get("backupmx.delivery.delay")
                        .tags("next_hop", ROUTE)
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(90);
        assertThat(metrics.get("backupmx.delivery.in_flight")
                        .tags("next_hop", ROUTE)
                        .gauge()
                        .value())
                .isEqualTo(7);
    }

    private List<String> lines() {
        return lines.list.stream()
                .map(event -> event.getLevel() + " " + event.getMessage() + " "
                        + event.getKeyValuePairs().stream()
                                .map(pair -> pair.key + "=" + pair.value)
                                .collect(Collectors.joining(" ")))
                .toList();
    }
}
