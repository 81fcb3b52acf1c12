package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static io.backupmx.testing.Moment.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Conversation;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The recipient is the unit of outcome: each one ends by what the primary said of it, whatever became of the others. */
class RecipientOutcomesIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int MAX_MESSAGE_BYTES = 1 << 20;
    private static final byte[] MAIL = MailCorpus.ordinary().octets();

    @TempDir
    private static Path directory;

    private static Bench bench;

    @BeforeAll
    static void start() {
        bench = Bench.of(directory, 20, "ingress.max_message_bytes=1MiB");
    }

    @AfterAll
    static void stop() {
        try (Bench ended = bench) {
            assertThat(ended.instance().output()).doesNotContain("ERROR", "Exception");
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void threeRecipientsEndInThreeWays() {
        Bench.Place place = bench.next();
        ScriptedPrimary primary = place.primary();
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, address(place.address("later")).and(first(1)), say("450 4.2.1 Try later"))
                .on(Phase.RCPT, address(place.address("nobody")), say("550 5.1.1 No such user")));
        primary.start();

        String id = bench.send(MAIL, place.address("alice"), place.address("later"), place.address("nobody"));

        assertThat(primary.awaitMails(2, SOON))
                .extracting(ReceivedMail::recipients)
                .containsExactly(List.of(place.address("alice")), List.of(place.address("later")));
        assertThat(primary.mails())
                .allSatisfy(mail -> assertThat(mail.contentBelowTrace()).isEqualTo(MAIL));
        Instance.await(
                SOON,
                () -> assertThat(bench.queue(place)).singleElement().satisfies(mail -> {
                    assertThat(mail.path("queue_name").asText()).isEqualTo("hold");
                    assertThat(mail.path("recipients").path(0).path("address").asText())
                            .isEqualTo(place.address("nobody"));
                }));
        assertThat(bench.instance().mailq())
                .containsPattern("(?m)^" + id + "! ")
                .contains("said: 550 5.1.1 No such user)\n" + " ".repeat(47) + place.address("nobody") + "\n");

        primary.play(Script.acceptAll());
        assertThat(bench.instance().cli("release", id + "!")).isEqualTo(new Product.Ran(0, "released 1 mail\n", ""));

        assertThat(primary.awaitMails(3, SOON).getLast().recipients()).containsExactly(place.address("nobody"));
        assertThat(primary.mails().getLast().contentBelowTrace()).isEqualTo(MAIL);
        bench.awaitEmpty(place, SOON);
        assertThat(primary.mails()).hasSize(3);
        assertThat(primary.violations()).isEmpty();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void largeMailsRecipientsEndOnTheirOwnToo() {
        Bench.Place place = bench.next();
        ScriptedPrimary primary = place.primary();
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, address(place.address("later")).and(first(2)), say("450 4.2.1 Try later"))
                .on(Phase.RCPT, address(place.address("nobody")), say("550 5.1.1 No such user")));
        primary.start();
        byte[] large = MailCorpus.ofSize("large", 700_000).octets();

        String id = bench.send(large, place.address("alice"), place.address("later"), place.address("nobody"));
        primary.awaitMails(2, SOON);
        bench.awaitReason(place, "No such user");
        primary.play(Script.acceptAll());
        bench.instance().cli("release", id).succeeded();

        assertThat(primary.awaitMails(3, SOON))
                .allSatisfy(mail -> assertThat(mail.contentBelowTrace()).isEqualTo(large))
                .flatExtracting(ReceivedMail::recipients)
                .containsExactlyInAnyOrder(place.address("alice"), place.address("later"), place.address("nobody"));
        bench.awaitEmpty(place, SOON);
    }

    /** RFC 5321 §4.5.3.1.10: 452 means that the rest is to come in a transaction of its own. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void recipientsBeyondThePrimarysLimitComeInFurtherTransactions() {
        Bench.Place place = bench.next();
        ScriptedPrimary primary = place.primary();
        Map<Integer, Integer> recipientsOf = new ConcurrentHashMap<>();
        Predicate<Moment> tooMany = moment -> recipientsOf.merge(moment.transaction(), 1, Integer::sum) > 10;
        primary.play(Script.acceptAll().on(Phase.RCPT, tooMany, say("452 4.5.3 Too many recipients")));
        primary.start();
        String[] recipients =
                IntStream.range(0, 35).mapToObj(i -> place.address("r" + i)).toArray(String[]::new);

        bench.send(MAIL, recipients);

        assertThat(primary.awaitMails(4, SOON).stream()
                        .flatMap(mail -> mail.recipients().stream())
                        .toList())
                .containsExactlyInAnyOrder(recipients);
        bench.awaitEmpty(place, SOON);
        assertThat(primary.mails()).hasSize(4);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void mailThatIsRefusedIsKeptUntilItIsReleased() {
        for (Phase phase : List.of(Phase.MAIL, Phase.DATA, Phase.DOT)) {
            Bench.Place place = bench.next();
            ScriptedPrimary primary = place.primary();
            primary.play(Script.acceptAll().on(phase, say("554 5.7.1 Not from you")));
            primary.start();

            String id = bench.send(MAIL, place.address("alice"), place.address("bob"));

            bench.awaitReason(place, "said: 554 5.7.1 Not from you");
            assertThat(bench.queue(place))
                    .singleElement()
                    .satisfies(
                            mail -> assertThat(mail.path("queue_name").asText()).isEqualTo("hold"));
            bench.instance().cli("flush").succeeded();
            primary.play(Script.acceptAll());
            bench.instance().cli("release", id).succeeded();
            assertThat(primary.awaitMails(1, SOON).getFirst().recipients())
                    .containsExactly(place.address("alice"), place.address("bob"));
            bench.awaitEmpty(place, SOON);
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void mailBeyondThePrimarysLimitIsRefusedNotRepeated() {
        Bench.Place place = bench.next();
        place.primary().play(Script.acceptAll().offering("SIZE 1000", "PIPELINING"));
        place.primary().start();

        bench.send(MailCorpus.ofSize("2000", 2000).octets(), place.address("alice"));

        bench.awaitReason(place, "552 5.3.4 Message too big");
        assertThat(bench.queue(place))
                .singleElement()
                .extracting(mail -> mail.path("queue_name").asText())
                .isEqualTo("hold");
        assertThat(place.primary().attempts()).as("octets spent on it").isEmpty();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void mailOverOurLimitIsRefusedAndTheSessionGoesOn() {
        Bench.Place place = bench.next();
        place.primary().start();
        try (Conversation session = Conversation.open(bench.instance().smtpPort())) {
            session.play("""
                    S: 220 *
                    C: EHLO client.example
                    S: 250 *
                    C: MAIL FROM:<carol@client.example> SIZE=1048577
                    S: 552 5.3.4 *
                    C: MAIL FROM:<carol@client.example> SIZE=1048576
                    S: 250 2.1.0 *
                    C: RSET
                    S: 250 2.0.0 *
                    """);
        }
        ScriptedSmtpClient client = ScriptedSmtpClient.to(bench.instance().smtpPort());
        List<String> alice = List.of(place.address("alice"));
        try {
            byte[] fits = MailCorpus.ofSize("fits", MAX_MESSAGE_BYTES).octets();
            SendOutcome tooLarge = client.sendMail(
                    Sender.FROM,
                    alice,
                    MailCorpus.ofSize("over", MAX_MESSAGE_BYTES + 1).octets());
            assertThat(tooLarge)
                    .isInstanceOfSatisfying(
                            SendOutcome.Refused.class,
                            refused -> assertThat(refused.reply().text()).startsWith("552 5.3.4 "));
            assertThat(client.sendMail(
                            Sender.FROM,
                            alice,
                            MailCorpus.ofSize("far over", 9 << 20).octets()))
                    .isInstanceOf(SendOutcome.Refused.class);
            assertThat(client.isConnected()).isTrue();
            assertThat(client.sendMail(Sender.FROM, alice, fits)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(client.sendMail(Sender.FROM, alice, MAIL)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(place.primary().awaitMails(2, SOON))
                    .extracting(ReceivedMail::contentBelowTrace)
                    .containsExactlyInAnyOrder(fits, MAIL);
        } finally {
            client.close();
        }
    }

    /** A content filter that dies of one mail must not keep the others waiting. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void mailThatBringsThePrimaryDownStopsNoOther() {
        assertOthersGoOn(bench.next(), Phase.DOT, close(), 1);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void mailThatBringsThePrimaryDownWithinItsContentStopsNoOther() {
        assertOthersGoOn(bench.next(), Phase.CONTENT, close(), 1);
    }

    /** Two of them look like trouble of the route: it is probed, found well, and used again. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void severalSuchMailsStopNoOtherForLong() {
        assertOthersGoOn(bench.next(), Phase.DOT, close(), 5);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void mailThatIsNotAnsweredStopsNoOther() {
        assertOthersGoOn(bench.next(), Phase.DOT, Behaviour.hang(), 2);
    }

    private static void assertOthersGoOn(Bench.Place place, Phase phase, Behaviour death, int poisonous) {
        Set<Integer> transactions = ConcurrentHashMap.newKeySet();
        Script poisoned = Script.acceptAll()
                .on(
                        Phase.MAIL,
                        moment -> {
                            if (moment.address().startsWith("poison")) {
                                transactions.add(moment.transaction());
                            }
                            return false;
                        },
                        accept())
                .on(phase, moment -> transactions.contains(moment.transaction()), death);
        ScriptedPrimary primary = place.primary().play(poisoned);
        primary.start();
        ScriptedSmtpClient client = ScriptedSmtpClient.to(bench.instance().smtpPort());
        try {
            for (int i = 0; i < poisonous; i++) {
                client.sendMail("poison" + i + "@client.example", List.of(place.address("alice")), MAIL);
            }
            for (int i = 0; i < 60; i++) {
                byte[] content = ("X-Number: " + i + "\r\n").getBytes(StandardCharsets.US_ASCII);
                Sender.queueId(client.sendMail(Sender.FROM, List.of(place.address("alice")), content));
            }
        } finally {
            client.close();
        }

        List<ReceivedMail> others = primary.awaitMails(60, SOON);
        Instance.await(SOON, () -> assertThat(transactions).hasSizeGreaterThan(2 * poisonous));
        assertThat(others).extracting(ReceivedMail::sender).containsOnly(Sender.FROM);
        assertThat(primary.mails()).as("none twice").hasSize(60);
        assertThat(bench.queue(place))
                .extracting(mail -> mail.path("queue_name").asText())
                .doesNotContain("hold");

        primary.play(Script.acceptAll());
        primary.stop(); // ends what hangs
        primary.start();
        primary.awaitMails(60 + poisonous, SOON);
        bench.awaitEmpty(place, SOON);
        assertThat(primary.mails()).hasSize(60 + poisonous);
    }

    /** A mail for three domains is three mails from here on: what keeps one waiting keeps no other. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void mailForSeveralRoutesEndsOnEachByItself() {
        Bench.Place well = bench.next();
        Bench.Place away = bench.next();
        Bench.Place strict = bench.next();
        well.primary().start();
        strict.primary().play(Script.acceptAll().on(Phase.RCPT, say("550 5.1.1 No such user")));
        strict.primary().start();

        String id = bench.send(MAIL, well.address("alice"), away.address("bob"), strict.address("carol"));

        assertThat(well.primary().awaitMails(1, SOON).getFirst().recipients()).containsExactly(well.address("alice"));
        bench.awaitReason(away, "Connection refused");
        bench.awaitReason(strict, "No such user");
        assertThat(bench.instance().queue().stream()
                        .filter(mail -> mail.path("queue_id").asText().equals(id)))
                .as("the same id on each route")
                .extracting(mail -> mail.path("route").asText())
                .containsExactlyInAnyOrder(
                        "smtp:[127.0.0.1]:" + away.primary().port(),
                        "smtp:[127.0.0.1]:" + strict.primary().port());
        away.primary().start();
        assertThat(away.primary().awaitMails(1, SOON).getFirst().contentBelowTrace())
                .isEqualTo(MAIL);
        assertThat(well.primary().mails()).hasSize(1);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void nullReversePathIsPassedOn() {
        Bench.Place place = bench.next();
        place.primary().start();
        ScriptedSmtpClient client = ScriptedSmtpClient.to(bench.instance().smtpPort());
        try {
            Sender.queueId(client.sendMail("", List.of(place.address("alice")), MAIL));
        } finally {
            client.close();
        }

        assertThat(place.primary().awaitMails(1, SOON).getFirst().mail().line()).startsWith("MAIL FROM:<>");
        List<JsonNode> left = bench.queue(place);
        assertThat(left)
                .allSatisfy(mail -> assertThat(mail.path("sender").asText()).isEqualTo("MAILER-DAEMON"));
    }

    /** They must not send on what they did not get: a quoted local part is passed on as it was given. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void oddAddressesArePassedOnAsTheyAre() {
        Bench.Place place = bench.next();
        place.primary().start();
        List<String> odd = List.of(
                "\"with blank\"@" + place.domain(),
                "\"a\\\"b\"@" + place.domain(),
                "CamelCase+tag=x@" + place.domain(),
                "'#$&*-/?^_`{|}~@" + place.domain());

        bench.send(MAIL, odd.toArray(String[]::new));

        assertThat(place.primary().awaitMails(1, SOON).getFirst().recipients()).containsExactlyElementsOf(odd);
        assertThat(place.primary().violations()).isEmpty();
    }
}
