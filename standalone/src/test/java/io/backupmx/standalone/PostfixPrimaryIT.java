package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailContent;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.PostfixPrimary;
import io.backupmx.testing.Programs;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import io.backupmx.testing.SystemTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Postfix as the primary: takes all we bring, and cannot tell that it has waited. */
@SystemTest
class PostfixPrimaryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> CANONICALIZATIONS = List.of("simple", "relaxed");

    /** What signatures are made to notice; every line within RFC 5321's 998 octets. */
    private static final byte[] DELICATE = octets("""
            Received: from elsewhere by client.example; Mon, 5 Jan 2026 10:00:00 +0100\r
            From: Alice <alice@client.example>\r
            To: bob@example.test,\r
             \tcarol@example.test\r
            Subject:no blank, then a fold\r
            \t  and  blanks at the end  \r
            X-Latin: Gr\u00fc\u00dfe\r
            X-Twice: 1\r
            X-Twice:  2\r
            Date: Mon, 5 Jan 2026 10:00:00 +0100\r
            Message-ID: <1@client.example>\r
            MIME-Version: 1.0\r
            Content-Type: text/plain; charset=iso-8859-1\r
            Content-Transfer-Encoding: 8bit\r
            \r
            Gr\u00fc\u00dfe aus K\u00f6ln \r
            .\r
            ..two dots, two  blanks\t\r
            From the start of a line\r
            """ + "l".repeat(998) + "\r\n \t\r\nend\r\n\r\n\r\n");

    @TempDir
    private static Path directory;

    private static ScriptedPrimary filter;
    private static Map<String, PostfixPrimary> primaries;
    private static Instance instance;

    @BeforeAll
    static void start() {
        filter = ScriptedPrimary.started();
        primaries = Map.of(
                "example.test",
                PostfixPrimary.stopped("example.test", Map.of()),
                "signed.test",
                PostfixPrimary.stopped("signed.test", Map.of()),
                "filtered.test",
                PostfixPrimary.stopped(
                        "filtered.test",
                        Map.of(
                                "smtpd_authorized_xforward_hosts",
                                "127.0.0.0/8",
                                "smtpd_proxy_filter",
                                "127.0.0.1:" + filter.port())));
        instance = new Instance(directory.resolve("data")).set("ingress.proxy_protocol.networks=[127.0.0.2]");
        primaries.forEach((domain, primary) -> instance.backingUp(domain, primary.port()));
        instance.start();
    }

    @AfterAll
    static void stop() {
        try (Instance ended = instance) {
            assertThat(ended.output()).doesNotContain("ERROR", "Exception");
        } finally {
            primaries.values().forEach(PostfixPrimary::close);
            filter.close();
        }
    }

    private static PostfixPrimary primaryOf(String domain) {
        return Optional.ofNullable(primaries.get(domain)).orElseThrow();
    }

    /** Postfix changes some of it; so it is compared with what Postfix makes of the same content, sent to itself. */
    @Test
    void everyContentArrivesAsItWasSentBelowOurTrace() {
        List<MailContent> contents = MailCorpus.all();
        PostfixPrimary primary = primaryOf("example.test");
        try (PostfixPrimary direct = PostfixPrimary.started("example.test")) {
            List<String> ids = contents.stream()
                    .map(content -> lastWord(send(instance.smtpPort(), content.octets())))
                    .toList();
            primary.start();
            primary.awaitMessages(contents.size(), PATIENCE);
            Map<String, byte[]> arrived =
                    primary.received().stream().collect(Collectors.toMap(PostfixPrimaryIT::idIn, Function.identity()));
            assertThat(arrived).containsOnlyKeys(ids);
            for (int i = 0; i < contents.size(); i++) {
                byte[] ours = arrived.get(ids.get(i));
                send(direct.port(), below(traceOf(ours), contents.get(i).octets()));
                direct.awaitMessages(i + 1, PATIENCE);
            }
            assertThat(direct.received())
                    .zipSatisfy(
                            ids,
                            (expected, id) -> assertThat(text(arrived.get(id))).isEqualTo(text(expected)));
            instance.awaitEmptyQueue(PATIENCE);
            assertThat(primary.log())
                    .doesNotContain("reject", "warning")
                    // After CONNECT it has lost those who looked whether it is up.
                    .doesNotContainPattern("lost connection after (?!CONNECT)");
        }
    }

    @Test
    void signaturesHoldBehindUs() {
        Dkim dkim = Dkim.keptIn(directory);
        for (String header : CANONICALIZATIONS) {
            for (String body : CANONICALIZATIONS) {
                byte[] signed = dkim.signed(DELICATE, header, body);
                assertThat(dkim.verdict(signed)).isEqualTo("holds");
                send(instance.smtpPort(), signed, "bob@signed.test");
            }
        }
        PostfixPrimary primary = primaryOf("signed.test");
        primary.start();
        primary.awaitMessages(4, PATIENCE);
        assertThat(primary.received())
                .allSatisfy(mail -> assertThat(dkim.verdict(mail)).isEqualTo("holds"));
    }

    /** Else the test above could not fail. */
    @Test
    void signaturesNoticeWhatRelaysHaveBeenSeenToDo() {
        Dkim dkim = Dkim.keptIn(directory);
        byte[] simple = dkim.signed(DELICATE, "simple", "simple");
        byte[] relaxed = dkim.signed(DELICATE, "relaxed", "relaxed");

        assertThat(dkim.verdict(replaced(simple, "K\u00f6ln \r\n", "K\u00f6ln\r\n")))
                .as("blank at a line's end dropped")
                .startsWith("does not hold");
        assertThat(dkim.verdict(replaced(simple, "Subject:no", "Subject: no")))
                .as("blank added to a header")
                .startsWith("does not hold");
        for (byte[] signed : List.of(simple, relaxed)) {
            assertThat(dkim.verdict(replaced(signed, "\r\n..two", "\r\n.two")))
                    .as("dot lost")
                    .startsWith("does not hold");
            assertThat(dkim.verdict(replaced(signed, "Gr\u00fc", "Gr\u00c3\u00bc")))
                    .as("8-bit octets converted")
                    .startsWith("does not hold");
            assertThat(dkim.verdict(replaced(signed, "l".repeat(998), "l".repeat(900) + "\r\n" + "l".repeat(98))))
                    .as("line folded")
                    .startsWith("does not hold");
        }
    }

    /** XFORWARD: Postfix passes it on, and believes it of nobody else. */
    @Test
    void aFilterBehindPostfixSeesWhoSentTheMail() {
        filter.play(Script.acceptAll().offering("8BITMIME", "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"));
        PostfixPrimary primary = primaryOf("filtered.test");
        primary.start();
        String said = Programs.require("swaks", "swaks")
                .run(
                        PATIENCE,
                        "--server=127.0.0.1:" + instance.smtpPort(),
                        "--local-interface=127.0.0.2",
                        "--proxy-version=1",
                        "--proxy-family=TCP4",
                        "--proxy-source=198.51.100.7",
                        "--proxy-source-port=51000",
                        "--proxy-dest=203.0.113.9",
                        "--proxy-dest-port=25",
                        "--helo=mail.client.example",
                        "--from=alice@client.example",
                        "--to=bob@filtered.test")
                .succeeded()
                .output();
        String id = said.replaceFirst("(?s).* queued as (\\w+).*", "$1");
        filter.awaitMails(1, PATIENCE);
        assertThat(String.join(" ", filter.said()))
                .contains(
                        "ADDR=198.51.100.7", "PROTO=ESMTP", "HELO=mail.client.example", "IDENT=" + id, "SOURCE=REMOTE");
        assertThat(primary.log())
                .containsPattern("client=[^ ]*\\[127\\.0\\.0\\.1], .*orig_client=[^ ]*\\[198\\.51\\.100\\.7]");
    }

    /** What the server said to the final dot. */
    private static String send(int port, byte[] content) {
        return send(port, content, "bob@example.test");
    }

    private static String send(int port, byte[] content, String recipient) {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(port)) {
            SendOutcome outcome = client.sendMail("alice@client.example", List.of(recipient), content);
            assertThat(outcome).isInstanceOf(SendOutcome.Accepted.class);
            return ((SendOutcome.Accepted) outcome).reply().text();
        }
    }

    private static String lastWord(String text) {
        return text.substring(text.lastIndexOf(' ') + 1);
    }

    private static String idIn(byte[] mail) {
        String text = text(mail);
        int at = text.indexOf(" id ") + 4;
        return text.substring(at, text.indexOf("\r\n", at));
    }

    private static byte[] traceOf(byte[] mail) {
        String text = text(mail);
        assertThat(text).startsWith("Received: from ").contains("\tfor <bob@example.test>;\r\n\t");
        int date = text.indexOf(";\r\n\t") + 4;
        return octets(text.substring(0, text.indexOf("\r\n", date) + 2));
    }

    private static byte[] below(byte[] trace, byte[] content) {
        byte[] both = Arrays.copyOf(trace, trace.length + content.length);
        System.arraycopy(content, 0, both, trace.length, content.length);
        return both;
    }

    private static byte[] replaced(byte[] mail, String what, String by) {
        assertThat(text(mail)).contains(what);
        return octets(text(mail).replace(what, by));
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
