package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.testing.Conversation;
import io.backupmx.testing.EximPrimary;
import io.backupmx.testing.ForeignPrimary;
import io.backupmx.testing.MailContent;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.OpenSmtpdPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import io.backupmx.testing.SystemTest;
import io.backupmx.testing.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exim and OpenSMTPD as primaries, which know their backup by what {@code primary-todo} has printed. One instance for all.
 */
@SystemTest
class ForeignPrimariesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SECONDS = Duration.ofSeconds(10);
    private static final String BACKUP = "127.0.0.8";

    private static final Pattern TRACE =
            Pattern.compile("\\AReceived: from client[.]example [(]\\[127[.]0[.]0[.]1][)]\r\n"
                    + "\tby [^\\s]+ with ESMTP id (?<id>[0-9A-Z]{16})(\r\n"
                    + "\tfor <[^\\s>]+>)?;\r\n"
                    + "\t[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}\r\n");

    @TempDir
    private static Path directory;

    private static Peer exim;
    private static Peer openSmtpd;
    private static Instance instance;

    /**
     * @param unknown what it says of whom it does not know
     * @param fromNobody what it logs of a mail with the null reverse-path
     */
    private record Peer(String name, ForeignPrimary primary, String unknown, String fromNobody) {

        String domain() {
            return name + ".test";
        }

        /** Whose mail goes to a host that has to show a certificate. */
        String verifiedDomain() {
            return "verified-" + domain();
        }

        String address(String user) {
            return user + "@" + domain();
        }

        String route() {
            return "smtp:[" + ForeignPrimary.ADDRESS + "]:" + primary.port();
        }

        Map<String, List<String>> arrivedById() {
            return primary.received().stream()
                    .map(ForeignPrimariesIT::text)
                    .filter(mail -> TRACE.matcher(mail).find())
                    .collect(Collectors.groupingBy(ForeignPrimariesIT::idIn));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Peer> peers() {
        return Stream.of(exim, openSmtpd);
    }

    @BeforeAll
    static void start() {
        TestAuthority authority = TestAuthority.in(directory.resolve("authority"));
        Path certificate = authority.issue("localhost");
        Function<String, ForeignPrimary.Setup> setup = name -> new ForeignPrimary.Setup(
                List.of(name + ".test", "verified-" + name + ".test"), certificate, told(name));
        exim = new Peer("exim", EximPrimary.stopped(setup.apply("exim")), "550 5.1.1 no such user", "<= <> H=");
        openSmtpd = new Peer(
                "opensmtpd",
                OpenSmtpdPrimary.stopped(setup.apply("opensmtpd")),
                "524 5.2.4 Mailing list expansion problem",
                "from=<> to=<bob@opensmtpd.test>");
        instance = new Instance(directory.resolve("data"))
                .set(
                        "worker.bind_address=[" + BACKUP + "]",
                        "worker.max_connections_per_route=2", // so that each has a good many mails
                        "worker.tls_ca_file=" + authority.root(),
                        "worker.probe_unhealthy=500ms",
                        "worker.probe_unhealthy_max=1s",
                        "retry.delays=[1s]");
        peers().forEach(peer -> {
            int port = peer.primary().port();
            instance.set(
                    "domains." + peer.domain() + ".primary=" + ForeignPrimary.ADDRESS + ":" + port,
                    "domains." + peer.verifiedDomain() + ".primary=localhost:" + port,
                    "domains." + peer.verifiedDomain() + ".tls=verify");
            peer.primary().start();
        });
        instance.start();
    }

    /** What is to be written there, but for the words. */
    private static List<String> told(String software) {
        return Product.run(
                        directory,
                        "primary-todo",
                        "--for",
                        software,
                        "--set",
                        "domains." + software + ".test.primary=" + ForeignPrimary.ADDRESS,
                        "--set",
                        "worker.bind_address=[" + BACKUP + "]")
                .succeeded()
                .out()
                .lines()
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    @AfterAll
    static void stop() {
        try (Instance ended = instance;
                ForeignPrimary _ = exim.primary();
                ForeignPrimary _ = openSmtpd.primary()) {
            assertThat(ended.output()).doesNotContain("ERROR", "Exception");
            assertThat(exim.primary().log())
                    .doesNotContain("protocol error", "syntax error", "no immediate delivery", "nobody knows you");
            assertThat(openSmtpd.primary().log())
                    .contains("Too many messages sent")
                    .doesNotContain("nobody knows you", "bad-input result=\"500 5.5.1");
            for (Peer peer : List.of(exim, openSmtpd)) {
                assertThat(RouteHistory.of(ended.output(), peer.route()).states())
                        .doesNotContain("THROTTLED", "QUARANTINE");
            }
        }
    }

    /** Some of it they change, and some OpenSMTPD refuses: then as it does when it gets the same from elsewhere. */
    @ParameterizedTest
    @MethodSource("peers")
    void afterAnOutageEveryContentArrivesAsItWasSentBelowOurTrace(Peer peer) {
        peer.primary().stop();
        Map<String, MailContent> sent = sendAll(peer, MailCorpus.all());
        Instance.await(PATIENCE, () -> assertThat(route(peer.route())).contains("\"DOWN\""));

        peer.primary().start();
        Instance.await(SECONDS, () -> assertThat(peer.arrivedById()).isNotEmpty());
        Instance.await(PATIENCE, () -> {
            Set<String> ended = failed(peer);
            ended.addAll(peer.arrivedById().keySet());
            assertThat(ended).containsAll(sent.keySet());
        });

        Map<String, List<String>> arrived = peer.arrivedById();
        String aTrace = traceOf(arrived.values().iterator().next().getFirst());
        List<String> changed = new ArrayList<>();
        sent.forEach((id, content) -> {
            List<String> mails = arrived.getOrDefault(id, List.of());
            String trace = mails.isEmpty() ? aTrace : traceOf(mails.getFirst());
            String asSent = trace + text(content.octets());
            if (mails.equals(List.of(asSent))) {
                return;
            }
            changed.add(content.name());
            SendOutcome direct = sendDirectly(peer, asSent);
            if (mails.isEmpty()) {
                assertThat(direct).as("%s, sent directly", content).isNotInstanceOf(SendOutcome.Accepted.class);
            } else {
                assertThat(direct).as("%s, sent directly", content).isInstanceOf(SendOutcome.Accepted.class);
                Instance.await(
                        PATIENCE, () -> assertThat(peer.arrivedById().get(id)).hasSize(2));
                assertThat(Set.copyOf(peer.arrivedById().get(id)))
                        .as(content.name())
                        .hasSize(1);
            }
        });
        assertThat(changed).as("not as sent").hasSizeLessThan(sent.size() / 2);
    }

    /** A mail from nobody, so that nobody is told. */
    @ParameterizedTest
    @MethodSource("peers")
    void eachRecipientEndsAsItWasAnswered(Peer peer) {
        String id = Sender.queueId(send(
                "",
                List.of(peer.address("bob"), peer.address("later"), peer.address("nobody")),
                MailCorpus.ordinary().octets()));
        Instance.await(PATIENCE, () -> {
            assertThat(peer.arrivedById()).containsKey(id);
            assertThat(queued(id))
                    .anySatisfy(mail -> assertThat(mail).contains("\"hold\"", peer.address("nobody"), peer.unknown()))
                    .anySatisfy(mail ->
                            assertThat(mail).contains("\"deferred\"", peer.address("later"), "450 4.2.1 moving house"))
                    .hasSize(2);
        });
        assertThat(peer.primary().log()).contains(peer.fromNobody());
        assertThat(traceOf(peer.arrivedById().get(id).getFirst())
                        + text(MailCorpus.ordinary().octets()))
                .isEqualTo(peer.arrivedById().get(id).getFirst());
    }

    /** What the sender wants to be told is the primary's to tell: it is asked to. */
    @ParameterizedTest
    @MethodSource("peers")
    void aReportOfSuccessComesFromThePrimary(Peer peer) {
        try (Conversation client = Conversation.open(instance.smtpPort())) {
            client.play("""
                    S: 220 *
                    C: EHLO client.example
                    S: 250 *
                    C: MAIL FROM:<%1$s> RET=HDRS ENVID=QQ314159
                    S: 250 *
                    C: RCPT TO:<%1$s> NOTIFY=SUCCESS ORCPT=rfc822;other@client.example
                    S: 250 *
                    C: DATA
                    S: 354 *
                    C: Subject: reported
                    C:
                    C: .
                    S: 250 *
                    """.formatted(peer.address("bob")));
        }
        Instance.await(
                PATIENCE,
                () -> assertThat(peer.primary().received())
                        .anySatisfy(mail -> assertThat(text(mail))
                                .contains("\r\nAction: delivered\r\n", "\r\nSubject: reported\r\n")
                                .containsPattern("Final-Recipient: rfc822; ?" + peer.address("bob"))
                                .satisfies(report -> assertThat(peer == openSmtpd // which does not repeat them
                                                || report.contains("Original-Envelope-ID: QQ314159")
                                                        && report.contains(
                                                                "Original-Recipient: rfc822;other@client.example"))
                                        .isTrue())));
        assertThat(instance.metric("backupmx_reports_total", "outcome=\"sent\""))
                .isZero();
    }

    @Test
    void eximTakesAddressesBeyondAscii() throws IOException {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(instance.smtpPort())) {
            client.connect();
            client.hello("client.example");
            for (String command : List.of(
                    "MAIL FROM:<zo\u00eb@client.example> SMTPUTF8",
                    "RCPT TO:<" + exim.address(EximPrimary.UTF8_USER) + ">",
                    "DATA")) {
                assertThat(client.command(command).code()).as(command).isIn(250, 354);
            }
            client.sendContent("Subject: Gr\u00fc\u00dfe aus K\u00f6ln\r\n\r\nx\r\n".getBytes(StandardCharsets.UTF_8));
            client.sendFinalDot();
            assertThat(client.readReply().code()).isEqualTo(250);
        }
        Instance.await(
                PATIENCE,
                () -> assertThat(exim.primary().received())
                        .map(mail -> new String(mail, StandardCharsets.UTF_8))
                        .anySatisfy(mail -> assertThat(mail)
                                .contains("\tfor <k\u00e4the@exim.test>;")
                                .endsWith("Subject: Gr\u00fc\u00dfe aus K\u00f6ln\r\n\r\nx\r\n")));
    }

    @Test
    void whatOpenSmtpdDoesNotTakeIsRefusedOnceThatIsKnown() {
        Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), openSmtpd.address("bob"));
        try (Conversation client = Conversation.open(instance.smtpPort())) {
            client.play("""
                    S: 220 *
                    C: EHLO client.example
                    S: 250 *
                    """);
            Instance.await(PATIENCE, () -> client.play("""
                    C: RSET
                    S: 250 *
                    C: MAIL FROM:<s@client.example> SIZE=36700161 SMTPUTF8
                    S: 250 *
                    C: RCPT TO:<bob@opensmtpd.test>
                    S: 552 5.3.4 *
                    C: RSET
                    S: 250 *
                    C: MAIL FROM:<s@client.example> SMTPUTF8
                    S: 250 *
                    C: RCPT TO:<k\u00e4the@opensmtpd.test>
                    S: 553 5.6.7 *
                    """));
        }
    }

    @Test
    void eximHasItsMailThroughTlsAlsoWhereItHasToShowWhoItIs() {
        for (String domain : List.of(exim.domain(), exim.verifiedDomain())) {
            String id = Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "bob@" + domain);
            Instance.await(PATIENCE, () -> assertThat(exim.arrivedById()).containsKey(id));
            Instance.await(
                    PATIENCE,
                    () -> assertThat(instance.output())
                            .containsPattern("queue_id=" + id + " .* tls=TLSv1.3 .* delivered"));
        }
        assertThat(instance.metric("backupmx_tls_sessions_total", "policy=\"verify\"", "result=\"successful\""))
                .isPositive();
    }

    /** Debian 12's offers STARTTLS, and with OpenSSL 3 no handshake of it succeeds. */
    @Test
    void openSmtpdWhoseTlsIsBrokenHasItsMailInTheClearUnlessItHasToShowWhoItIs() {
        String id = Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), openSmtpd.address("bob"));
        Instance.await(
                PATIENCE,
                () -> assertThat(instance.output().lines())
                        .anySatisfy(
                                line -> assertThat(line).contains("queue_id=" + id + " ", " tls=none ", " delivered")));
        assertThat(openSmtpd.primary().log()).contains("SSL routines");

        Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "bob@" + openSmtpd.verifiedDomain());
        Instance.await(
                PATIENCE,
                () -> assertThat(route("smtp:[localhost]:" + openSmtpd.primary().port()))
                        .contains("\"DOWN\"", "TLS handshake: "));
    }

    private static Map<String, MailContent> sendAll(Peer peer, List<MailContent> contents) {
        Map<String, MailContent> sent = new LinkedHashMap<>();
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(instance.smtpPort())) {
            for (MailContent content : contents) {
                SendOutcome outcome = client.sendMail(Sender.FROM, List.of(peer.address("bob")), content.octets());
                sent.put(Sender.queueId(outcome), content);
            }
        }
        return sent;
    }

    private static SendOutcome sendDirectly(Peer peer, String mail) {
        try (ScriptedSmtpClient client =
                ScriptedSmtpClient.to(ForeignPrimary.ADDRESS, peer.primary().port(), SECONDS)) {
            return client.sendMail(
                    Sender.FROM, List.of(peer.address("bob")), mail.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static SendOutcome send(String from, List<String> recipients, byte[] content) {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(instance.smtpPort())) {
            return client.sendMail(from, recipients, content);
        }
    }

    /** What an operator is shown of it. */
    private static String route(String name) {
        return instance.json("/api/v1/routes")
                .path("routes")
                .valueStream()
                .filter(one -> one.path("route").asText().equals(name))
                .map(JsonNode::toString)
                .findFirst()
                .orElse("unknown");
    }

    private static List<String> queued(String id) {
        return instance.queue().stream()
                .filter(mail -> mail.path("queue_id").asText().equals(id))
                .map(JsonNode::toString)
                .toList();
    }

    /** Queue ids. */
    private static Set<String> failed(Peer peer) {
        return instance.queue().stream()
                .filter(mail -> mail.path("queue_name").asText().equals("hold"))
                .filter(mail -> mail.path("route").asText().equals(peer.route()))
                .map(mail -> mail.path("queue_id").asText())
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static String idIn(String mail) {
        return trace(mail).group("id");
    }

    private static String traceOf(String mail) {
        return trace(mail).group();
    }

    private static Matcher trace(String mail) {
        Matcher trace = TRACE.matcher(mail);
        assertThat(trace.find()).as(mail).isTrue();
        return trace;
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
