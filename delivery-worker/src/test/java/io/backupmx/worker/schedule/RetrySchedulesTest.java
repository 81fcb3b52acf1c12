package io.backupmx.worker.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.RetryConfig;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.worker.retry.RetrySchedule.Next;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose mail is tried again when, and given up at what age. */
final class RetrySchedulesTest {

    private static final Instant ARRIVAL = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path directory;

    private RetrySchedules schedules;

    @BeforeEach
    void load() throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), """
                domains:
                  usual.test: mx1.test
                  bymx.test: mx
                  slow.test: {primary: mx1.test, subdomains: accept, retry: {delays: [2h]}}
                  brief.test: {primary: mx1.test, retry: {max_lifetime: 2d}}
                """);
        CheckedConfig checked = CheckedConfig.load(Optional.of(file), Map.of(), Map.of());
        schedules = new RetrySchedules(RetryConfig.DEFAULT, checked.tables(), new Random(1));
    }

    private static Envelope mailBy(String protocol, String sender, String... recipients) {
        return new Envelope(
                QueueId.next(ARRIVAL, new Random(1)),
                new Arrival(ARRIVAL, "192.0.2.1", "client.example", protocol, Domain.of("backup.example")),
                ReversePath.parse("<" + sender + ">").orElseThrow(),
                Stream.of(recipients)
                        .map(to ->
                                Recipient.of(ForwardPath.parse("<" + to + ">").orElseThrow()))
                        .toList(),
                BodyType.SEVEN_BIT,
                false,
                Optional.empty(),
                Optional.empty(),
                0);
    }

    private static Envelope mail(String... recipients) {
        return mailBy("ESMTP", "sender@client.example", recipients);
    }

    private static Envelope report(String recipient) {
        return mailBy(Arrival.LOCAL, "", recipient);
    }

    private Duration lifetime(Envelope envelope) {
        return schedules.longestLifetime(envelope);
    }

    @Test
    void aReportOfOursToStrangersLivesFiveDays() {
        assertThat(lifetime(report("alice@elsewhere.test"))).isEqualTo(Duration.ofDays(5));
    }

    @Test
    void aReportOfOursToADomainOfOursLivesAsItsMailDoes() {
        assertThat(lifetime(report("alice@usual.test"))).isEqualTo(Duration.ofDays(30));
        assertThat(lifetime(report("alice@bymx.test"))).isEqualTo(Duration.ofDays(30));
        assertThat(lifetime(report("alice@brief.test"))).isEqualTo(Duration.ofDays(2));
    }

    /** Its domain may be ours by its MX records, or have been in the file when it came; and a report of others is a mail as any. */
    @Test
    void whatOthersSentLivesThirtyDaysWhereverItGoes() {
        assertThat(lifetime(mail("alice@bymx.test"))).isEqualTo(Duration.ofDays(30));
        assertThat(lifetime(mail("alice@elsewhere.test"))).isEqualTo(Duration.ofDays(30));
        assertThat(lifetime(mailBy("ESMTP", "", "alice@elsewhere.test"))).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void eachRecipientHasItsDomainsSchedule() {
        Envelope envelope = mail("a@slow.test", "b@usual.test", "c@sub.slow.test", "d@brief.test");

        List<Next> next = schedules.after(envelope, ARRIVAL.plus(DAY));

        assertThat(next.getFirst().delay()).isBetween(Duration.ofHours(2), Duration.ofMinutes(132));
        assertThat(next.get(1).delay()).isBetween(Duration.ofMinutes(5), Duration.ofSeconds(330));
        assertThat(next.get(2)).as("they stay together").isEqualTo(next.getFirst());
        assertThat(next.get(3).delay()).isBetween(Duration.ofMinutes(5), Duration.ofSeconds(330));
        assertThat(next).hasOnlyElementsOfType(Next.Retry.class);
    }

    @Test
    void whoHasHadHisTimeIsGivenUpAndNobodyElse() {
        List<Next> next = schedules.after(mail("a@brief.test", "b@usual.test"), ARRIVAL.plus(DAY.multipliedBy(2)));

        assertThat(next.getFirst())
                .isInstanceOfSatisfying(
                        Next.Expired.class,
                        over -> assertThat(over.maxLifetime()).isEqualTo(DAY.multipliedBy(2)));
        assertThat(next.get(1)).isInstanceOf(Next.Retry.class);
        assertThat(schedules.longestLifetime(mail("a@brief.test", "b@usual.test")))
                .isEqualTo(Duration.ofDays(30));
        assertThat(schedules.shortestLifetime(mail("a@brief.test", "b@usual.test")))
                .isEqualTo(Duration.ofDays(2));
    }

    @Test
    void noMailOfARouteIsOverBeforeTheShortestLifetimeThere() throws IOException {
        assertThat(schedules.shortestLifetime(Route.of("smtp:[mx1.test]:25"))).isEqualTo(Duration.ofDays(2));
        assertThat(schedules.shortestLifetime(new Route.ByMx())).isEqualTo(Duration.ofDays(2));

        Path file = Files.writeString(directory.resolve("backupmx.yaml"), "domains: {usual.test: mx1.test}");
        RetrySchedules plain = new RetrySchedules(
                RetryConfig.DEFAULT,
                CheckedConfig.load(Optional.of(file), Map.of(), Map.of()).tables(),
                new Random(1));
        assertThat(plain.shortestLifetime(Route.of("smtp:[mx1.test]:25"))).isEqualTo(Duration.ofDays(30));
        assertThat(plain.shortestLifetime(new Route.ByMx())).isEqualTo(Duration.ofDays(5));
    }

    @Test
    void theQueuesOfAllDomainsAreServed() {
        assertThat(schedules.queues())
                .hasSize(4 * 6)
                .isSorted()
                .contains(Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofHours(2), Duration.ofMinutes(132));
    }
}
