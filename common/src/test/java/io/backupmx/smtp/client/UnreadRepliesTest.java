package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.SmtpReply;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UnreadRepliesTest {

    private static final SmtpReply LARGEST =
            new SmtpReply(250, Optional.empty(), Collections.nCopies(100, "x".repeat(2000)));
    private static final SmtpReply SMALLEST = new SmtpReply(250, Optional.empty(), Collections.nCopies(1, ""));

    private final UnreadReplies replies = new UnreadReplies();

    @Test
    void aMegabyteOfLargeRepliesIsAFlood() {
        add(LARGEST, 5);
        assertThat(replies.isFlood()).isFalse();
        add(LARGEST, 1);
        assertThat(replies.isFlood()).isTrue();
    }

    @Test
    void manyEmptyRepliesAreAFlood() {
        add(SMALLEST, 16_384);
        assertThat(replies.isFlood()).isFalse();
        add(SMALLEST, 1);
        assertThat(replies.isFlood()).isTrue();
    }

    @Test
    void whatIsReadCountsNoMore() {
        for (int i = 0; i < 1000; i++) {
            replies.add(LARGEST);
            assertThat(replies.poll()).isSameAs(LARGEST);
        }
        assertThat(replies.isFlood()).isFalse();
        assertThat(replies.isEmpty()).isTrue();
        assertThat(replies.poll()).isNull();
    }

    private void add(SmtpReply reply, int times) {
        for (int i = 0; i < times; i++) {
            replies.add(reply);
        }
    }
}
