package io.backupmx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The corpus, the client that sends it and the primary that receives it agree on every octet. */
class MailCorpusTest {

    private static ScriptedPrimary primary;

    @BeforeAll
    static void start() {
        primary = ScriptedPrimary.started();
    }

    @AfterAll
    static void stop() {
        primary.close();
    }

    static Stream<MailContent> contents() {
        return Stream.concat(MailCorpus.all().stream(), MailCorpus.random(42, 50).stream());
    }

    @ParameterizedTest
    @MethodSource("contents")
    void arrivesAsItWasSent(MailContent content) {
        primary.forget();
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(primary.port())) {
            SendOutcome outcome = client.sendMail("a@client.example", List.of("b@example.test"), content.octets());
            assertThat(outcome).isInstanceOf(SendOutcome.Accepted.class);
        }
        ReceivedMail mail = primary.awaitMails(1, Duration.ofSeconds(5)).getFirst();
        assertThat(Arrays.equals(mail.content(), content.octets())).isTrue();
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void namesAreUnique() {
        List<String> names = MailCorpus.all().stream().map(MailContent::name).toList();
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void binaryHasEveryOctetButNulAndLineEnds() {
        MailContent binary = MailCorpus.all().stream()
                .filter(content -> content.name().equals("binary without NUL"))
                .findFirst()
                .orElseThrow();
        Set<Byte> octets = new HashSet<>();
        for (byte octet : binary.octets()) {
            octets.add(octet);
        }
        assertThat(octets).hasSize(255).doesNotContain((byte) 0);
    }

    @Test
    void sizesAreExact() {
        assertThat(MailCorpus.ofSize("x", 4096).octets()).hasSize(4096);
        assertThat(MailCorpus.ofSize("x", 1 << 20).octets()).hasSize(1 << 20);
    }

    @Test
    void randomContentDependsOnTheSeedOnly() {
        assertThat(MailCorpus.random(7, 20))
                .extracting(content -> Arrays.hashCode(content.octets()))
                .isEqualTo(MailCorpus.random(7, 20).stream()
                        .map(content -> Arrays.hashCode(content.octets()))
                        .toList());
        assertThat(MailCorpus.random(7, 1).getFirst().octets())
                .isNotEqualTo(MailCorpus.random(8, 1).getFirst().octets());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x\n", "x\r", "\rx\r\n", "a\nb\r\n", "x\r\r\n", "\n"})
    void whatSmtpCannotCarryIsNoContent(String text) {
        assertThatThrownBy(() -> MailContent.of("x", text.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
