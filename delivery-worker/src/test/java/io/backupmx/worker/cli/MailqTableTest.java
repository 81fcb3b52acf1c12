package io.backupmx.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.worker.admin.QueuedMail;
import io.backupmx.worker.admin.QueuedMail.QueuedRecipient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Compared with what Postfix 3.7 prints for the like mails, enable_long_queue_ids = yes. */
class MailqTableTest {

    private static final long ARRIVAL = 1_772_600_767;

    private final StringWriter text = new StringWriter();
    private final MailqTable table =
            new MailqTable(new PrintWriter(text), Clock.fixed(Instant.ofEpochSecond(ARRIVAL + 3600), ZoneOffset.UTC));

    @Test
    void emptyQueue() {
        table.end();

        assertThat(text).hasToString("Mail queue is empty\n");
    }

    @Test
    void looksLikePostfix() {
        String refused = "connect to 127.0.0.1[127.0.0.1]:1: Connection refused";
        table.add(mail("deferred", 1, 205_227, "a@b.example", recipient("held@d.example", refused)));
        table.add(mail(
                "deferred",
                2,
                239,
                "MAILER-DAEMON",
                recipient("c@d.example", refused),
                recipient("e@d.example", refused)));
        table.add(mail("active", 3, 3_075_227, "a@b.example", recipient("c@d.example")));
        table.add(mail("hold", 4, 244, "a@b.example", recipient("c@d.example", "550 5.1.1 no such user")));
        table.end();

        assertThat(text).hasToString("""
                ----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------
                01J0000000000001    205227 Wed Mar  4 05:06:07 a@b.example
                                       (connect to 127.0.0.1[127.0.0.1]:1: Connection refused)
                                                               held@d.example

                01J0000000000002       239 Wed Mar  4 05:06:07 MAILER-DAEMON
                                       (connect to 127.0.0.1[127.0.0.1]:1: Connection refused)
                                                               c@d.example
                                                               e@d.example

                01J0000000000003*  3075227 Wed Mar  4 05:06:07 a@b.example
                                                               c@d.example

                01J0000000000004!      244 Wed Mar  4 05:06:07 a@b.example
                                                                      (550 5.1.1 no such user)
                                                               c@d.example

                -- 3204 Kbytes in 4 Requests.
                """);
    }

    @Test
    void oneRequestIsSingular() {
        table.add(mail("deferred", 1, 1023, "a@b.example", recipient("c@d.example")));
        table.end();

        assertThat(text.toString()).endsWith("\n\n-- 0 Kbytes in 1 Request.\n");
    }

    @Test
    void reasonIsRepeatedOnlyWhenItChanges() {
        table.add(mail(
                "deferred",
                1,
                100,
                "a@b.example",
                recipient("one@d.example", "full"),
                recipient("two@d.example", "full"),
                recipient("three@d.example", "greylisted"),
                recipient("four@d.example")));

        assertThat(text.toString().lines().map(String::strip).skip(2))
                .containsExactly(
                        "(full)",
                        "one@d.example",
                        "two@d.example",
                        "(greylisted)",
                        "three@d.example",
                        "four@d.example",
                        "");
    }

    @Test
    void longReasonStartsAtTheLeft() {
        table.add(mail("deferred", 1, 100, "a@b.example", recipient("c@d.example", "x".repeat(100))));

        assertThat(text.toString()).contains("\n(" + "x".repeat(100) + ")\n");
    }

    @Test
    void peerCannotSpeakToTheTerminal() {
        table.add(mail(
                "deferred",
                1,
                100,
                "a\u202e@b.example",
                recipient("c\u0007@d.example", "450 \u001b[2Jcome\nback\u009b31m later, grüße")));

        assertThat(text.toString())
                .contains("a?@b.example\n")
                .contains("(450 ?[2Jcome?back?31m later, grüße)\n")
                .contains("c?@d.example\n");
    }

    @Test
    void deferredMailSaysWhenItIsTriedAgain() {
        table.add(waiting(Optional.of(ARRIVAL + 3610), Optional.empty(), recipient("c@d.example", "450 4.2.0 later")));
        table.add(
                waiting(Optional.of(ARRIVAL + 86_400), Optional.empty(), recipient("c@d.example", "450 4.2.0 later")));
        table.add(waiting(Optional.of(ARRIVAL + 3610), Optional.empty(), recipient("c@d.example")));

        assertThat(reasons())
                .containsExactly(
                        "(retry at 06:06:17: 450 4.2.0 later)",
                        "(retry at Mar 5 05:06:07: 450 4.2.0 later)",
                        "(retry at 06:06:17)");
    }

    @Test
    void mailThatWaitsForItsRouteSaysHowThatStands() {
        for (String state :
                List.of("DOWN", "THROTTLED", "HELD", "QUARANTINE", "GONE", "UP", "RAMP", "OF_A_NEWER_VERSION")) {
            table.add(waiting(Optional.empty(), Optional.of(state), recipient("c@d.example", "some reason")));
        }
        table.add(waiting(Optional.empty(), Optional.of("UP"), recipient("c@d.example")));

        assertThat(reasons())
                .containsExactly(
                        "(route DOWN since 05:08:07, next probe 06:07:00: some reason)",
                        "(route THROTTLED since 05:08:07, next trial 06:07:00: some reason)",
                        "(route HELD by an operator since 05:08:07: some reason)",
                        "(route in QUARANTINE since 05:08:07: some reason)",
                        "(route GONE since 05:08:07: some reason)",
                        "(waiting for its turn: some reason)",
                        "(waiting for its turn, route in RAMP since 05:08:07: some reason)",
                        "(some reason)",
                        "(waiting for its turn)");
    }

    @Test
    void mailInDeliverySaysSinceWhen() {
        table.add(new QueuedMail(
                "active",
                "01J0000000000001",
                ARRIVAL,
                100,
                false,
                "a@b.example",
                List.of(recipient("c@d.example")),
                "smtp:[d.example]:25",
                0,
                Optional.empty(),
                Optional.of(ARRIVAL + 3590),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));

        assertThat(reasons()).containsExactly("(being delivered since 06:05:57)");
    }

    private List<String> reasons() {
        return text.toString()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("("))
                .toList();
    }

    private static QueuedMail waiting(
            Optional<Long> dueTime, Optional<String> routeState, QueuedRecipient... recipients) {
        return new QueuedMail(
                "deferred",
                "01J0000000000001",
                ARRIVAL,
                100,
                false,
                "a@b.example",
                List.of(recipients),
                "smtp:[d.example]:25",
                0,
                dueTime,
                Optional.empty(),
                routeState,
                routeState.map(_ -> ARRIVAL + 120),
                routeState.map(_ -> ARRIVAL + 3653));
    }

    private static QueuedRecipient recipient(String address) {
        return new QueuedRecipient(address, Optional.empty());
    }

    private static QueuedRecipient recipient(String address, String reason) {
        return new QueuedRecipient(address, Optional.of(reason));
    }

    private static QueuedMail mail(String queue, int number, long size, String sender, QueuedRecipient... recipients) {
        return new QueuedMail(
                queue,
                "01J%013d".formatted(number),
                ARRIVAL,
                size,
                false,
                sender,
                List.of(recipients),
                "smtp:[d.example]:25",
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
