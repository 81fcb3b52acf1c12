package io.backupmx.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VocabularyTest {

    @ParameterizedTest
    @CsvSource({
        "Example.ORG, example.org",
        "example.org., example.org",
        "bücher.example, xn--bcher-kva.example",
        "_dmarc.example.org, _dmarc.example.org",
        "[192.0.2.1], [192.0.2.1]",
        "[IPv6:2001:DB8::1], [ipv6:2001:db8::1]"
    })
    void spellingsOfOneDomainAreEqual(String spelling, String canonical) {
        assertThat(Domain.of(spelling).name()).isEqualTo(canonical);
        assertThat(Domain.of(canonical)).isEqualTo(Domain.of(spelling));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "a..b", "-a.example", "a-.example", "a b", "[", "[]", "[1.2.3.4", "ex@mple", "a/b"})
    void whatIsNoDomainIsRefused(String text) {
        assertThat(Domain.parse(text)).isEmpty();
    }

    @Test
    void domainsHaveLimits() {
        assertThat(Domain.parse("a".repeat(63) + ".example")).isPresent();
        assertThat(Domain.parse("a".repeat(64) + ".example")).isEmpty();
        assertThat(Domain.parse(("a".repeat(50) + ".").repeat(5) + "example")).isEmpty();
    }

    @Test
    void quotesAreNotPartOfALocalPart() {
        assertThat(Mailbox.of("\"alice\"@Example.org")).isEqualTo(Mailbox.of("alice@example.org"));
        assertThat(Mailbox.of("\"a \\\"b\\\"\"@example.org").localPart()).isEqualTo("a \"b\"");
        assertThat(Mailbox.of("\"a@b\"@example.org").toString()).isEqualTo("\"a@b\"@example.org");
        assertThat(Mailbox.of("Alice@example.org").localPart()).isEqualTo("Alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "a",
                "@example.org",
                "a@",
                "a b@example.org",
                ".a@example.org",
                "a.@example.org",
                "a..b@example.org",
                "\"a@example.org",
                "\"\"@example.org",
                "a\r\n@example.org",
                "\"a\0\"@example.org",
                "a<b>@example.org"
            })
    void whatIsNoMailboxIsRefused(String text) {
        assertThat(Mailbox.parse(text)).isEmpty();
    }

    @Test
    void localPartsHaveALimitInOctets() {
        assertThat(Mailbox.parse("a".repeat(64) + "@example.org")).isPresent();
        assertThat(Mailbox.parse("a".repeat(65) + "@example.org")).isEmpty();
        assertThat(Mailbox.parse("ü".repeat(33) + "@example.org")).isEmpty();
    }

    @Property
    void aMailboxReadsItsOwnText(@ForAll String local) {
        Optional<Mailbox> mailbox;
        try {
            mailbox = Optional.of(new Mailbox(local, Domain.of("example.org")));
        } catch (IllegalArgumentException e) {
            mailbox = Optional.empty();
        }
        mailbox.ifPresent(m -> assertThat(Mailbox.parse(m.toString())).contains(m));
    }

    @Test
    void pathsDropSourceRoutesAndKnowTheirSpecialCases() {
        assertThat(ForwardPath.parse("<@relay.example,@other.example:alice@example.org>"))
                .contains(new ForwardPath.To(Mailbox.of("alice@example.org")));
        assertThat(ForwardPath.parse("<PostMaster>")).contains(new ForwardPath.Postmaster());
        assertThat(ForwardPath.parse("<>")).isEmpty();
        assertThat(ReversePath.parse("<>")).contains(new ReversePath.Null());
        assertThat(ReversePath.parse("<postmaster>")).isEmpty();
        assertThat(ReversePath.parse("alice@example.org")).isEmpty();
    }

    @Test
    void repliesGoOverTheWireLineByLine() {
        SmtpReply reply = new SmtpReply(250, EnhancedStatus.parse("2.1.0"), List.of("first", "second"));
        assertThat(reply.toWire()).isEqualTo("250-2.1.0 first\r\n250 2.1.0 second\r\n");
        assertThat(reply).hasToString("250 2.1.0 first / second");
        assertThat(SmtpReply.of(354, "Go ahead").toWire()).isEqualTo("354 Go ahead\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2.1", "3.1.1", "2.1.1000", "2.1.1 ", "2.1.1.1"})
    void whatIsNoEnhancedStatusIsRefused(String text) {
        assertThat(EnhancedStatus.parse(text)).isEmpty();
    }
}
