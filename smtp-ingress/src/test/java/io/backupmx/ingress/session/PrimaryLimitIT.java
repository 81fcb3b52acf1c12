package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.NextHopLimits;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.testing.Conversation;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of contents larger than primaries are known to take, when their clients did not say so before. */
class PrimaryLimitIT {

    private static final int LIMIT = 70_000;
    private static final String SPILLED = "backupmx.ingress.content.spilled.bytes";
    private static final String TOO_LARGE = "S: 552 5.3.4 Message size exceeds the limit of the primary server\n";
    private static final String QUEUED = "S: 250 2.0.0 Ok: queued as *\n";
    private static final String GOES_ON = "C: MAIL FROM:<>\nS: 250 2.1.0 Ok\n";
    private static final String HELLO = "S: 220 *\nC: EHLO client.example\nS: 250 *\n";
    private static final String MAIL = "C: MAIL FROM:<bob@client.example>\nS: 250 2.1.0 Ok\n";
    private static final String ALICE = "C: RCPT TO:<alice@example.test>\nS: 250 2.1.5 Ok\n";
    private static final String AT_OTHER = "C: RCPT TO:<alice@other.test>\nS: 250 2.1.5 Ok\n";
    private static final String DATA = "C: DATA\nS: 354 *\n";

    @ParameterizedTest
    @ValueSource(strings = {"", " SIZE=100"})
    void aContentThatThePrimaryDoesNotTakeIsRefusedAtItsEnd(String declared) {
        with(LIMIT, OptionalLong.empty(), ingress -> {
            String mail = "C: MAIL FROM:<bob@client.example>" + declared + "\nS: 250 2.1.0 Ok\n" + ALICE + DATA;
            ingress.play(HELLO + mail + content(LIMIT) + TOO_LARGE + mail + content(LIMIT - 500) + QUEUED);
            assertThat(ingress.spool.only().text()).hasSize(LIMIT - 500);
            assertThat(ingress.count(
                            "backupmx.ingress.messages",
                            "outcome",
                            "refused",
                            "reason",
                            "content_too_large_for_primary"))
                    .isOne();
        });
    }

    @Test
    void nothingIsKeptFromWhereThatShows() {
        with(LIMIT, OptionalLong.empty(), ingress -> {
            try (Conversation client = ingress.open()) {
                client.play(TestIngress.UP_TO_DATA + "C!: " + "x".repeat(LIMIT - 5000) + "\n");
                await().until(() -> ingress.gauge(SPILLED) == LIMIT - 5000);
                client.play("C!: " + "x".repeat(5001) + "\n");
                await().until(() -> ingress.gauge(SPILLED) == 0); // and the content is not over yet
                client.play("C!: " + "x".repeat(1 << 20) + "\\r\\n.\\r\\n\n" + TOO_LARGE + GOES_ON);
            }
            assertThat(ingress.spool.mails()).isEmpty();
        });
    }

    @Test
    void chunksAreCountedTogetherAndThoseBehindAreRefusedAsWell() {
        with(LIMIT, OptionalLong.empty(), ingress -> {
            ingress.play(HELLO + MAIL + ALICE + chunk(40_000, "") + "S: 250 2.0.0 40000 octets received\n"
                    + chunk(40_000, "") + TOO_LARGE + chunk(10, " LAST") + TOO_LARGE + MAIL + ALICE
                    + chunk(40_000, "") + "S: 250 2.0.0 40000 octets received\n" + chunk(20_000, " LAST") + QUEUED);
            assertThat(ingress.spool.only().text()).hasSize(60_000);
        });
    }

    @Test
    void whatOneOfItsRecipientsMayHaveIsTakenForAll() {
        with(LIMIT, OptionalLong.empty(), ingress -> {
            ingress.play(HELLO + MAIL + ALICE + AT_OTHER + DATA + content(LIMIT + 1000) + QUEUED);
            assertThat(ingress.spool.mails())
                    .singleElement()
                    .satisfies(mail -> assertThat(mail.entries())
                            .extracting(SpoolEntry::route)
                            .containsExactly(FakeDirectory.EXAMPLE, FakeDirectory.OTHER));
        });
    }

    @Test
    void whatNoneOfItsRecipientsCanHaveIsRefused() {
        with(LIMIT, OptionalLong.of(LIMIT + 10_000), ingress -> {
            String mail = MAIL + ALICE + AT_OTHER + DATA;
            ingress.play(HELLO + mail + content(LIMIT + 5000) + QUEUED + mail + content(LIMIT + 10_000) + TOO_LARGE);
            assertThat(ingress.spool.mails()).hasSize(1);
        });
    }

    private static void with(long limit, OptionalLong limitOfOther, Consumer<TestIngress> test) {
        try (TestIngress ingress = new TestIngress(tuning -> {
            tuning.contentSpillBytes = 1 << 10;
            tuning.limits = route -> route.equals(FakeDirectory.EXAMPLE)
                    ? Optional.of(new NextHopLimits(OptionalLong.of(limit), true))
                    : Optional.of(new NextHopLimits(limitOfOther, true));
        })) {
            test.accept(ingress);
            ingress.awaitNothingHeld();
        }
    }

    private static String content(int size) {
        return "C!: " + "x".repeat(size - 2) + "\\r\\n.\\r\\n\n";
    }

    private static String chunk(int size, String last) {
        return "C!: BDAT " + size + last + "\\r\\n" + "x".repeat(size - 2) + "\\r\\n\n";
    }
}
