package io.backupmx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real Postfixes that tests set around the product do what tests need of them. */
@SystemTest
class PostfixIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static void swaks(int port, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("--server", "127.0.0.1:" + port, "--from", "a@client.example", "--to", "bob@example.test"));
        arguments.addAll(List.of(more));
        Programs.require("swaks", "swaks")
                .run(PATIENCE, arguments.toArray(String[]::new))
                .succeeded();
    }

    private static void smtpSource(int port, int mails) {
        Programs.require("smtp-source", "postfix")
                .run(
                        PATIENCE,
                        "-s",
                        "5",
                        "-m",
                        String.valueOf(mails),
                        "-l",
                        "4096",
                        "-N",
                        "-d",
                        "-f",
                        "a@client.example",
                        "-t",
                        "bob@example.test",
                        "127.0.0.1:" + port)
                .succeeded();
    }

    @Test
    void primaryStoresWhatSwaksSends() {
        try (PostfixPrimary primary = PostfixPrimary.started("example.test")) {
            swaks(primary.port(), "--header", "Subject: one", "--body", "hello");
            byte[] stored = primary.awaitMessages(1, PATIENCE).getFirst();
            assertThat(new String(stored, StandardCharsets.ISO_8859_1))
                    .startsWith("Return-Path: <a@client.example>\n")
                    .contains("Delivered-To: bob@example.test\n", "\nSubject: one\n", "hello\n");
            assertThat(primary.log()).contains("status=sent (delivered to maildir)");
        }
    }

    @Test
    void primaryShowsTheOctetsThatCameOverSmtp() {
        List<String> names = List.of(
                "ordinary",
                "UTF-8 in headers",
                "folded headers",
                "dots of every count",
                "trailing blanks and tabs",
                "line of 100000 octets",
                "binary without NUL");
        List<MailContent> contents = MailCorpus.all().stream()
                .filter(content -> names.contains(content.name()))
                .toList();
        assertThat(contents).hasSameSizeAs(names);
        try (PostfixPrimary primary = PostfixPrimary.started("example.test");
                ScriptedSmtpClient client = ScriptedSmtpClient.to(primary.port())) {
            for (int i = 0; i < contents.size(); i++) {
                byte[] octets = contents.get(i).octets();
                assertThat(client.sendMail("", List.of("bob@example.test"), octets))
                        .isInstanceOf(SendOutcome.Accepted.class);
                primary.awaitMessages(i + 1, PATIENCE);
            }
            assertThat(primary.received())
                    .zipSatisfy(
                            contents,
                            (received, content) ->
                                    assertThat(received).as(content.name()).isEqualTo(content.octets()));
        }
    }

    @Test
    void primaryComesBackOnItsPortWithItsMail() {
        try (PostfixPrimary primary = PostfixPrimary.stopped("example.test", Map.of())) {
            assertThat(Ports.accepts(primary.port())).isFalse();
            primary.start();
            swaks(primary.port());
            primary.awaitMessages(1, PATIENCE);
            List<ProcessHandle> processes = primary.processes();
            assertThat(processes).hasSizeGreaterThan(1);
            primary.stop();
            assertThat(Ports.accepts(primary.port())).isFalse();
            Awaitility.await().atMost(PATIENCE).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            primary.start();
            swaks(primary.port());
            assertThat(primary.awaitMessages(2, PATIENCE)).hasSize(2);
        }
    }

    @Test
    void secondaryHoldsMailUntilItsPrimaryIsThere(@TempDir Path dumps) {
        int primaryPort = Ports.free();
        try (PostfixSecondary secondary = PostfixSecondary.started("example.test", primaryPort)) {
            swaks(secondary.port(), "--header", "Subject: kept");
            smtpSource(secondary.port(), 20);
            secondary.awaitQueued(21, PATIENCE);
            secondary.stop();
            secondary.start();
            secondary.awaitQueued(21, PATIENCE); // one that Postfix moves between its queues may be listed twice
            try (SmtpSink sink = SmtpSink.dumping(primaryPort, dumps)) {
                secondary.flush();
                sink.awaitCount(21, PATIENCE);
                secondary.awaitQueued(0, PATIENCE);
                assertThat(SmtpSink.dumped(dumps)).hasSize(21).anyMatch(mail -> mail.contains("Subject: kept\n"));
            }
        }
    }

    @Test
    void secondaryRelaysToThePrimary() {
        try (PostfixPrimary primary = PostfixPrimary.started("example.test");
                PostfixSecondary secondary = PostfixSecondary.started("example.test", primary.port())) {
            smtpSource(secondary.port(), 10);
            assertThat(primary.awaitMessages(10, PATIENCE)).hasSize(10);
            secondary.awaitQueued(0, PATIENCE);
        }
    }

    @Test
    void sinkCountsAtSpeed() {
        try (SmtpSink sink = SmtpSink.start(Ports.free())) {
            smtpSource(sink.port(), 2000);
            sink.awaitCount(2000, PATIENCE);
            assertThat(sink.count()).isEqualTo(2000);
        }
    }
}
