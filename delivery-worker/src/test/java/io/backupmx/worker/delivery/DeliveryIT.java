package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.reset;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Moment.address;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.testing.Behaviour;
import io.backupmx.testing.MailContent;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of mails and their recipients. */
class DeliveryIT {

    private final ScriptedPrimary primary = ScriptedPrimary.started();

    @AfterEach
    void stop() {
        primary.close();
    }

    @Test
    void aMailArrivesBelowItsTrace() {
        try (WorkerRig rig = rig(Settings.usual())) {
            Envelope envelope = rig.store("a@x.test");
            ReceivedMail mail = primary.awaitMails(1, LONG).getFirst();
            assertThat(mail.sender()).isEqualTo("sender@client.example");
            assertThat(mail.recipients()).containsExactly("a@x.test");
            assertThat(mail.text())
                    .startsWith("Received: from client.example ([192.0.2.1])\r\n\tby backup.example with ESMTP id "
                            + envelope.queueId() + "\r\n\tfor <a@x.test>;\r\n\t")
                    .endsWith("\r\nSubject: x\r\n\r\nx\r\n");
            assertThat(primary.violations()).isEmpty();
            awaitEmptyHands(rig);
        }
    }

    @Test
    void everyContentArrivesToTheOctet() {
        try (WorkerRig rig = rig(Settings.usual().withConnections(4))) {
            Map<String, byte[]> sent = new ConcurrentHashMap<>();
            for (MailContent content : MailCorpus.all()) {
                Envelope envelope = Mails.envelope("a@x.test");
                sent.put(envelope.queueId().value(), content.octets());
                rig.spool().store(rig.route(), envelope, Content.of(content.octets()));
            }
            List<ReceivedMail> mails = primary.awaitMails(sent.size(), LONG);
            assertThat(mails).hasSize(sent.size()).allSatisfy(mail -> {
                String text = mail.text();
                int id = text.indexOf(" id ") + 4;
                byte[] content = sent.get(text.substring(id, id + 16));
                // Our trace ends with the date; the content may begin with a folded line of its own.
                int end = text.indexOf("\r\n", text.indexOf(";\r\n\t") + 3) + 2;
                assertThat(text.substring(end).getBytes(ISO_8859_1)).isEqualTo(content);
            });
            assertThat(primary.violations()).isEmpty();
        }
    }

    /** RFC 6152 §3 wants it converted or returned: neither leaves a signature whole, nor a mail where it belongs. */
    @Test
    void eightBitsGoAsTheyAreToWhoeverDoesNotOfferThem() {
        primary.play(Script.acceptAll().offering("PIPELINING", "SIZE"));
        byte[] content = "Subject: Gr\u00fc\u00dfe\r\n\r\n\u00e4\u00ff\r\n".getBytes(ISO_8859_1);
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.spool().store(rig.route(), Mails.envelope("a@x.test"), Content.of(content));
            ReceivedMail mail = primary.awaitMails(1, LONG).getFirst();
            assertThat(mail.mail().line()).doesNotContain("BODY");
            assertThat(mail.contentBelowTrace()).isEqualTo(content);
            assertThat(primary.violations()).isEmpty();
        }
    }

    @Test
    void everyRecipientHasItsOwnFate() {
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, address("later@x.test"), say("450 4.2.1 Busy"))
                .on(Phase.RCPT, address("never@x.test"), say("550 5.1.1 Unknown")));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("now@x.test", "later@x.test", "never@x.test");
            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            assertThat(primary.mails().getFirst().recipients()).containsExactly("now@x.test");
            assertThat(rig.spool().deferred()).singleElement().satisfies(mail -> {
                assertThat(addresses(mail)).containsExactly("later@x.test");
                assertThat(mail.envelope().attempts()).isEqualTo(1);
                assertThat(mail.dueAt()).isAfter(Instant.now().plus(Duration.ofMinutes(50)));
            });
            assertThat(rig.onlyLastReply(rig.spool().deferred()))
                    .hasValueSatisfying(reply -> assertThat(reply).contains("450 4.2.1 Busy", "127.0.0.1"));
            assertThat(addresses(rig.spool().failed().getFirst())).containsExactly("never@x.test");
            assertThat(rig.onlyLastReply(rig.spool().failed()))
                    .hasValueSatisfying(reply -> assertThat(reply).contains("550 5.1.1 Unknown"));
            assertThat(rig.attempts("delivered")).isOne();
            assertThat(rig.attempts("deferred")).isOne();
            assertThat(rig.attempts("failed")).isOne();
            assertThat(rig.metrics().get("backupmx.delivery.delay").timer().count())
                    .isOne();
        }
    }

    @Test
    void aDeferredRecipientIsTriedAgainAfterTheDelay() {
        primary.play(Script.acceptAll().on(Phase.RCPT, Moment.first(2), say("450 4.2.1 Busy")));
        try (WorkerRig rig = rig(Settings.usual().withRetries(Duration.ofSeconds(1), Duration.ofDays(1)))) {
            rig.store("a@x.test");
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            assertThat(rig.attempts("deferred")).isEqualTo(2);
        }
    }

    @Test
    void flushMakesDeferredMailDue() {
        primary.play(Script.acceptAll().on(Phase.RCPT, Moment.first(1), say("450 4.2.1 Busy")));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test");
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 1);
            rig.worker().flush();
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
        }
    }

    @Test
    void aRecipientIsGivenUpAtItsLifetime() {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("450 4.2.1 Busy")));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store(Mails.envelope(Instant.now().minus(Duration.ofDays(31)), "a@x.test"));
            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            assertThat(rig.onlyLastReply(rig.spool().failed()))
                    .hasValueSatisfying(reply -> assertThat(reply).contains("given up after 30d", "450 4.2.1 Busy"));
        }
    }

    @Test
    void anOldMailThatIsTakenIsDelivered() {
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store(Mails.envelope(Instant.now().minus(Duration.ofDays(31)), "a@x.test"));
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
        }
    }

    @Test
    void recipientsThatAreTooManyGoInFurtherTransactionsAtOnce() {
        Map<Integer, AtomicInteger> perTransaction = new ConcurrentHashMap<>();
        Predicate<Moment> tooMany = moment -> perTransaction
                        .computeIfAbsent(moment.transaction(), _ -> new AtomicInteger())
                        .incrementAndGet()
                > 2;
        primary.play(Script.acceptAll().on(Phase.RCPT, tooMany, say("452 4.5.3 Too many recipients")));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test", "b@x.test", "c@x.test", "d@x.test", "e@x.test");
            assertThat(primary.awaitMails(3, LONG))
                    .extracting(ReceivedMail::recipients)
                    .containsExactly(
                            List.of("a@x.test", "b@x.test"), List.of("c@x.test", "d@x.test"), List.of("e@x.test"));
            awaitEmptyHands(rig);
            assertThat(rig.attempts("deferred")).isZero();
        }
    }

    /** As many mails as would throttle a route that deferred them. */
    @Test
    void mailsThatAreTooManyForAConnectionGoOverAnotherAtOnce() {
        Map<Integer, AtomicInteger> perConnection = new ConcurrentHashMap<>();
        Predicate<Moment> tooMany = moment -> perConnection
                        .computeIfAbsent(moment.connection(), _ -> new AtomicInteger())
                        .incrementAndGet()
                > 2;
        primary.play(Script.acceptAll().on(Phase.MAIL, tooMany, say("452 4.5.3 Too many messages sent")));
        try (WorkerRig rig = rig(Settings.usual().withConnections(1))) {
            for (int i = 0; i < 9; i++) {
                rig.store("a@x.test");
            }
            assertThat(primary.awaitMails(9, LONG)).hasSize(9);
            awaitEmptyHands(rig);
            assertThat(rig.attempts("deferred")).isZero();
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
        }
    }

    @Test
    void mailThatNeedsSmtpUtf8FailsWhereThatIsNotOffered() {
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store(Mails.withSmtpUtf8(Mails.envelope("jürgen@x.test")));
            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            assertThat(rig.onlyLastReply(rig.spool().failed()))
                    .hasValueSatisfying(reply -> assertThat(reply).startsWith("5.6.7 "));
            assertThat(primary.transactions()).isZero();
        }
    }

    /** Of the next mail that needs it, on a connection that is kept. */
    @Test
    void whetherSmtpUtf8IsOfferedIsAskedAnew() {
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test");
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            awaitEmptyHands(rig);
            primary.play(Script.acceptAll().offering("PIPELINING", "SMTPUTF8", "8BITMIME"));
            rig.store(Mails.withSmtpUtf8(Mails.envelope("jürgen@x.test")));
            assertThat(primary.awaitMails(2, LONG).getLast().recipients()).containsExactly("jürgen@x.test");
        }
    }

    /** As many mails as would throttle a route that deferred them. */
    @Test
    void whoKnowsHeloOnlyHasSaidNothingOfSmtpUtf8() {
        primary.play(Script.acceptAll().on(Phase.EHLO, say("502 5.5.1 What?")));
        try (WorkerRig rig = rig(Settings.usual().withConnections(1))) {
            for (int i = 0; i < 6; i++) {
                rig.store(Mails.withSmtpUtf8(Mails.envelope("jürgen@x.test")));
            }
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 6);
            assertThat(rig.spool().failed()).isEmpty();
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
        }
    }

    @Test
    void whatOneOfSeveralHostsDoesNotTakeAnotherMay() {
        Route both = Route.to(List.of(new NextHop("127.0.0.1", primary.port()), new NextHop("127.0.0.1", 1)));
        primary.play(Script.acceptAll().on(Phase.MAIL, say("552 5.3.4 Too large")));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.configure(both);
            rig.spool().store(both, Mails.envelope("a@x.test"), WorkerRig.text("Subject: x\r\n\r\nx\r\n"));
            rig.spool()
                    .store(
                            both,
                            Mails.withSmtpUtf8(Mails.envelope("jürgen@x.test")),
                            WorkerRig.text("Subject: x\r\n\r\nx\r\n"));
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 2);
            assertThat(rig.spool().failed()).isEmpty();
        }
    }

    @Test
    void whoNeedsNoSmtpUtf8HasTheMailAllTheSame() {
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store(Mails.envelope("jürgen@x.test", "alice@x.test"));
            assertThat(primary.awaitMails(1, LONG).getFirst().recipients()).containsExactly("alice@x.test");
            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            assertThat(rig.spool().failed().getFirst().envelope().recipients())
                    .extracting(recipient -> recipient.path().address())
                    .containsExactly("jürgen@x.test");
        }
    }

    @Test
    void mailThatNeedsSmtpUtf8GoesWhereThatIsOffered() {
        primary.play(Script.acceptAll().offering("PIPELINING", "SMTPUTF8", "8BITMIME"));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store(Mails.withSmtpUtf8(Mails.envelope("jürgen@x.test")));
            ReceivedMail mail = primary.awaitMails(1, LONG).getFirst();
            assertThat(mail.recipients()).containsExactly("jürgen@x.test");
            assertThat(mail.mail().parameters()).containsKey("SMTPUTF8");
        }
    }

    @Test
    void whatReportsAreToBeIsSaidOnlyWhereTheyAreOffered() {
        Envelope envelope =
                Mails.withReports(Mails.envelope("a@x.test"), "HDRS", "e+2Bid", "SUCCESS", "utf-8;bü@x.test");
        try (WorkerRig rig = rig(Settings.usual())) {
            primary.play(Script.acceptAll().offering("PIPELINING", "DSN"));
            rig.store(envelope);
            ReceivedMail told = primary.awaitMails(1, LONG).getFirst();
            assertThat(told.mail().parameters()).containsEntry("RET", "HDRS").containsEntry("ENVID", "e+2Bid");
            assertThat(told.recipientLines().getFirst().parameters())
                    .containsEntry("NOTIFY", "SUCCESS")
                    .containsEntry("ORCPT", "utf-8;b\\x{FC}@x.test"); // RFC 6533 §3
            assertThat(primary.violations()).isEmpty();
        }
        primary.play(Script.acceptAll().offering("PIPELINING"));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store(envelope);
            ReceivedMail untold = primary.awaitMails(2, LONG).getLast();
            assertThat(untold.mail().parameters()).isEmpty();
            assertThat(untold.recipientLines().getFirst().parameters()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"close", "reset", "hang", "garbage", "421"})
    void anUnansweredFinalDotIsADeferral(String what) {
        primary.play(Script.acceptAll().on(Phase.DOT, behaviour(what)));
        try (WorkerRig rig = rig(Settings.usual().withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(1)))) {
            rig.store("a@x.test");
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 1);
            assertThat(rig.spool().deferred().getFirst().envelope().attempts()).isOne();
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
        }
    }

    @Test
    void aMailThatCrashesTheFilterDoesNotStopTheOthers() {
        Set<Integer> poisonous = ConcurrentHashMap.newKeySet();
        Predicate<Moment> isPoison = moment -> {
            if (moment.address().equals("poison@x.test")) {
                poisonous.add(moment.transaction());
            }
            return false;
        };
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, isPoison, close())
                .on(Phase.CONTENT, m -> poisonous.contains(m.transaction()), afterOctets(10, reset())));
        try (WorkerRig rig = rig(Settings.usual().withConnections(3))) {
            for (int i = 0; i < 100; i++) {
                rig.store(i == 10 ? "poison@x.test" : "a" + i + "@x.test");
            }
            assertThat(primary.awaitMails(99, LONG)).hasSize(99);
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 1);
            assertThat(addresses(rig.spool().deferred().getFirst())).containsExactly("poison@x.test");
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
            assertThat(rig.spool().failed()).isEmpty();
        }
    }

    @Test
    void aContentThatCannotBeOpenedIsADeferralAndItsPlaceIsFreeAgain() {
        try (WorkerRig rig = rig(Settings.usual().withConnections(1))) {
            Content unreadable = new Content() {
                @Override
                public long sizeBytes() {
                    return 10;
                }

                @Override
                public InputStream open() throws IOException {
                    throw new IllegalStateException("a surprise");
                }

                @Override
                public void close() {}
            };
            rig.spool().store(rig.route(), Mails.envelope("a@x.test"), unreadable);
            rig.store("b@x.test");
            assertThat(primary.awaitMails(1, LONG).getFirst().recipients()).containsExactly("b@x.test");
            assertThat(rig.spool().deferred())
                    .singleElement()
                    .satisfies(mail -> assertThat(addresses(mail)).containsExactly("a@x.test"));
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
        }
    }

    @Test
    void aDeliveryThatCannotBeRecordedIsSettledAllTheSame() {
        MeterRegistry broken = new SimpleMeterRegistry() {
            @Override
            protected Counter newCounter(Meter.Id id) {
                return new CumulativeCounter(id) {
                    @Override
                    public void increment(double amount) {
                        throw new IllegalStateException("a surprise");
                    }
                };
            }
        };
        try (WorkerRig rig = new WorkerRig(Settings.usual().withConnections(1), broken, primary.port())) {
            rig.store("a@x.test");
            rig.store("b@x.test");
            assertThat(primary.awaitMails(2, LONG)).hasSize(2);
            awaitEmptyHands(rig);
        }
    }

    @Test
    void noFinalDotLeavesForMailThatTheSpoolMayHandToAnother() {
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.spool().mailIsOurs(false);
            rig.store("a@x.test");
            await().atMost(LONG).until(() -> rig.spool().givenBack() > 0);
            assertThat(primary.mailCount()).isZero();
            rig.spool().mailIsOurs(true);
            primary.awaitMails(1, LONG);
            awaitEmptyHands(rig);
            assertThat(primary.mailCount()).isOne();
            assertThat(rig.spool().deferred()).isEmpty();
        }
    }

    @Test
    void mailTakenSuspiciouslyOftenIsProcessedAlone() {
        try (WorkerRig rig = rig(Settings.usual())) {
            for (int i = 0; i < 30; i++) {
                rig.spool()
                        .store(new StoredMail(
                                rig.route(), Mails.envelope("a@x.test"), WorkerRig.text("x\r\n"), 5, Instant.EPOCH));
            }
            assertThat(primary.awaitMails(30, LONG)).hasSize(30);
            assertThat(primary.maxOpenConnections()).isOne();
        }
    }

    private WorkerRig rig(Settings settings) {
        return new WorkerRig(settings, primary.port());
    }

    private static Behaviour behaviour(String name) {
        return switch (name) {
            case "close" -> close();
            case "reset" -> reset();
            case "hang" -> hang();
            case "421" -> sayAndClose("421 4.3.2 Bye");
            default -> garbage("\0what?\r\n".getBytes(ISO_8859_1));
        };
    }

    private static void awaitEmptyHands(WorkerRig rig) {
        await().atMost(LONG)
                .until(() -> rig.spool().taken() == 0 && rig.worker().inFlight().isEmpty());
        assertThat(rig.spool().waiting(rig.route())).isEmpty();
        assertThat(rig.spool().deferred()).isEmpty();
        assertThat(rig.spool().failed()).isEmpty();
    }

    private static List<String> addresses(StoredMail mail) {
        return mail.envelope().recipients().stream()
                .map(r -> r.path().address())
                .toList();
    }
}
