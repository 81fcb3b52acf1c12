package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A peer that answers all that was asked at once: the content leaves by itself, or does not. */
class SmtpConnectionFollowUpIT extends SmtpClientFixture {

    @Test
    void theReplyToAContentThatLeftByItselfIsWaitedForAsLongAsAnyAndNoLonger() throws Exception {
        try (CannedPeer peer = answering("250 ok\r\n250 ok\r\n354 go on")) {
            SmtpConnection connection = connected(peer.port());
            long start = System.nanoTime();
            assertLost(connection.send(mail("a@x.test")), Loss.Phase.AFTER_DOT, Loss.Cause.TIMED_OUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, LONG);
            assertThat(peer.ended().get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(peer.lines()).contains(".");
        }
    }

    @Test
    void aMailThatMayBeAnothersByNowDoesNotLeave() throws Exception {
        try (CannedPeer peer = answering("250 ok\r\n250 ok\r\n354 go on")) {
            SmtpConnection connection = connected(peer.port());
            assertLost(connection.send(mail("a@x.test"), () -> false), Loss.Phase.IN_CONTENT, Loss.Cause.ABORTED);
            assertNothingLeft(peer);
        }
    }

    @Test
    void aPeerThatIsClosingGetsNoContentThoughItAsksForIt() throws Exception {
        try (CannedPeer peer = answering("250 ok\r\n421 4.3.2 Bye\r\n354 go on")) {
            SmtpConnection connection = connected(peer.port());
            assertLost(connection.send(mail("a@x.test")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.SERVICE_CLOSING);
            assertNothingLeft(peer);
        }
    }

    private static CannedPeer answering(String replies) {
        return new CannedPeer(Stream.concat(
                        Stream.of("220 hi", "250-hi\r\n250 PIPELINING", "", "", replies),
                        Stream.generate(() -> "").limit(20))
                .toList());
    }

    private static void assertNothingLeft(CannedPeer peer) throws Exception {
        assertThat(peer.ended().get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(peer.lines()).last().isEqualTo("DATA");
    }
}
