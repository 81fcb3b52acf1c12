package io.backupmx.worker.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReturnedTest {

    @Test
    void aLargeMailComesBackAsItsHeaderAndIsNotReadBeyondThat() throws IOException {
        AtomicLong read = new AtomicLong();
        Returned returned = Returned.of(new Endless("Subject: x\r\nTo: y\r\n\r\n", 25 << 20, read), true);
        assertThat(returned.whole()).isFalse();
        assertThat(text(returned)).isEqualTo("Subject: x\r\nTo: y\r\n");
        assertThat(read).hasValueLessThanOrEqualTo(Returned.MAX_HEADER_BYTES);
    }

    @Test
    void anEndlessHeaderEndsWithTheLastFieldThatFits() throws IOException {
        String fields = "Subject: x\r\nX-Long: " + "y".repeat(100) + "\r\n ";
        Returned returned = Returned.of(new Endless(fields, 25 << 20, new AtomicLong()), false);
        assertThat(text(returned)).isEqualTo("Subject: x\r\n");
    }

    @Test
    void aMailWithoutABodyAndOneWithoutAHeader() throws IOException {
        assertThat(text(Returned.of(Samples.content("Subject: x\r\n"), false))).isEqualTo("Subject: x\r\n");
        assertThat(text(Returned.of(Samples.content("\r\nbody\r\n"), false))).isEmpty();
        assertThat(text(Returned.of(Samples.content(""), true))).isEmpty();
    }

    private static String text(Returned returned) {
        return new String(returned.octets(), StandardCharsets.US_ASCII);
    }

    /** A beginning, and then as much of one letter as it takes. */
    private record Endless(String beginning, long sizeBytes, AtomicLong read) implements Content {

        @Override
        public InputStream open() {
            return new InputStream() {
                private long at;

                @Override
                public int read() {
                    if (at == sizeBytes) {
                        return -1;
                    }
                    read.incrementAndGet();
                    long now = at++;
                    return now < beginning.length() ? beginning.charAt((int) now) : 'z';
                }
            };
        }

        @Override
        public void close() {}
    }
}
