package io.backupmx.smtp.client;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static io.backupmx.testing.Moment.first;
import static io.backupmx.testing.Phase.RCPT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Content;
import io.backupmx.testing.MailContent;
import io.backupmx.testing.Phase;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SmtpConnectionIT extends SmtpClientFixture {

    @Test
    void parametersAreSaidWhereTheyAreOffered() {
        SmtpConnection connection = connected();
        assertThat(connection.send(mail("a@x.test")).loss()).isEmpty();
        ReceivedMail mail = primary.mails().getFirst();
        int size = HEADER.length() + "Subject: x\r\n\r\nx\r\n".length();
        assertThat(mail.mail().line()).isEqualTo("MAIL FROM:<s@client.example> SIZE=" + size + " BODY=8BITMIME");
        assertThat(mail.content()).hasSize(size);
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void withoutPipeliningEveryReplyIsAwaited() {
        primary.play(Script.acceptAll().offering("SIZE").on(RCPT, address("b@x.test"), say("550 5.1.1 No")));
        TransactionResult result = connected().send(mail("a@x.test", "b@x.test"));
        assertThat(codes(result)).containsExactly(250, 550);
        assertThat(primary.mails().getFirst().recipients()).containsExactly("a@x.test");
        assertThat(primary.violations()).isEmpty(); // the primary objects to talk out of turn
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void everyRecipientKeepsItsOwnReply(boolean pipelining) {
        primary.play(script(pipelining)
                .on(RCPT, address("b@x.test"), say("450 4.2.0 Later"))
                .on(RCPT, address("c@x.test"), say("550 5.1.1 Never")));
        TransactionResult result = connected().send(mail("a@x.test", "b@x.test", "c@x.test", "d@x.test"));
        assertThat(codes(result)).containsExactly(250, 450, 550, 250);
        assertThat(result.loss()).isEmpty();
        assertThat(primary.mails().getFirst().recipients()).containsExactly("a@x.test", "d@x.test");
    }

    @Test
    void aThousandRecipientsFitOneTransaction() {
        String[] recipients = Stream.iterate(0, i -> i + 1)
                .limit(1000)
                .map(i -> "recipient-" + i + "@x.test")
                .toArray(String[]::new);
        assertThat(codes(connected().send(mail(recipients)))).hasSize(1000).containsOnly(250);
        assertThat(primary.mails().getFirst().recipients()).hasSize(1000);
    }

    @Test
    void aConnectionTakesOneMailAfterTheOther() {
        SmtpConnection connection = connected();
        for (int i = 0; i < 3; i++) {
            assertThat(codes(connection.send(mail("a@x.test")))).containsExactly(250);
        }
        assertThat(connection.transactions()).isEqualTo(3);
        assertThat(connection.isUsable()).isTrue();
        connection.quit();
        assertThat(connection.isUsable()).isFalse();
        assertThat(primary.connections()).isOne();
        assertThat(primary.mailCount()).isEqualTo(3);
        assertThat(primary.violations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"MAIL,true", "RCPT,true", "DATA,true", "DOT,true", "MAIL,false", "RCPT,false", "DATA,false", "DOT,false"
    })
    void aConnectionIsReusedAfterARefusal(Phase phase, boolean pipelining) {
        primary.play(script(pipelining).on(phase, first(1), say("451 4.3.0 Not this one")));
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(mail("a@x.test")))).containsExactly(451);
        assertThat(connection.isUsable()).isTrue();
        assertThat(codes(connection.send(mail("b@x.test")))).containsExactly(250);
        assertThat(primary.connections()).isOne();
        assertThat(primary.mails())
                .singleElement()
                .satisfies(mail -> assertThat(mail.recipients()).containsExactly("b@x.test"));
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void aLoneDotEndsA354ForNobody() throws Exception {
        // RFC 2920 §3.1: every recipient was refused, yet the peer goes on.
        List<String> replies = List.of(
                "220 hi",
                "250-hi\r\n250 PIPELINING",
                "250 ok",
                "550 no",
                "550 no",
                "354 go on",
                "554 no recipients",
                "250 reset",
                "250 ok",
                "250 ok",
                "354 go on",
                "",
                "",
                "",
                "",
                "");
        try (CannedPeer peer = new CannedPeer(replies)) {
            SmtpConnection connection = connected(peer.port());
            TransactionResult result = connection.send(mail("a@x.test", "b@x.test"));
            assertThat(codes(result)).containsExactly(550, 550);
            assertThat(result.loss()).isEmpty();
            var _ = connection.send(mail("c@x.test"));
            assertThat(peer.lines())
                    .containsSubsequence("DATA", ".", "RSET", "MAIL FROM:<s@client.example>", "RCPT TO:<c@x.test>");
            assertThat(peer.lines())
                    .filteredOn(line -> line.startsWith("Subject"))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("io.backupmx.testing.MailCorpus#all")
    void everyContentArrivesToTheOctet(MailContent content) {
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(transaction(Content.of(content.octets()), "a@x.test"))))
                .containsExactly(250);
        assertThat(codes(connection.send(transaction(new StreamedContent(content.octets()), "a@x.test"))))
                .containsExactly(250);
        assertThat(primary.mails()).hasSize(2).allSatisfy(mail -> {
            assertThat(mail.text()).isEqualTo(HEADER + new String(content.octets(), ISO_8859_1));
        });
    }
}
