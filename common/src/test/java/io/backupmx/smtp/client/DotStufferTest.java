package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DotStufferTest {

    @ParameterizedTest
    @CsvSource({
        "a|,                a|.|",
        ".|,                ..|.|",
        ".a|b|,             ..a|b|.|",
        "a|.b|,             a|..b|.|",
        "a|..|,             a|...|.|",
        "a.|.|.|a.b|,       a.|..|..|a.b|.|",
        "|.|,               |..|.|",
        "'',                .|",
        "|,                 |.|",
    })
    void dotsAtLineStartsAreDoubled(String content, String wire) {
        assertThat(stuffed(crlf(content))).isEqualTo(crlf(wire));
    }

    @ParameterizedTest
    @CsvSource({"a, a|.|", "a|., a|..|.|", "a|b, a|b|.|"})
    void aContentWithoutLineEndGetsOne(String content, String wire) {
        assertThat(stuffed(crlf(content))).isEqualTo(crlf(wire));
    }

    @Test
    void onlyCrLfBeginsALine() {
        assertThat(stuffed("a\n.b\r.c\r\n")).isEqualTo("a\n.b\r.c\r\n.\r\n");
        assertThat(stuffed("a\n")).isEqualTo("a\n\r\n.\r\n");
        assertThat(stuffed("a\r")).isEqualTo("a\r\r\n.\r\n");
    }

    /** Every way of cutting random octets of the interesting kind, against a slow and obvious stuffing. */
    @Test
    void piecesDoNotMatter() {
        Random random = new Random(7);
        for (int run = 0; run < 3000; run++) {
            byte[] content = new byte[random.nextInt(60)];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) ".\r\n.\r\nab\u00ae".charAt(random.nextInt(9));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            DotStuffer stuffer = new DotStuffer(out::write);
            for (int at = 0; at < content.length; ) {
                int count = Math.min(content.length - at, random.nextInt(20));
                stuffer.write(content, at, count);
                at += count;
            }
            stuffer.end();
            assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo(obvious(content));
        }
    }

    private static String obvious(byte[] content) {
        String text = "\r\n" + new String(content, StandardCharsets.ISO_8859_1);
        String ended = text.endsWith("\r\n") ? text : text + "\r\n";
        return ended.replace("\r\n.", "\r\n..").substring(2) + ".\r\n";
    }

    private static String stuffed(String content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DotStuffer stuffer = new DotStuffer(out::write);
        byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
        stuffer.write(octets, 0, octets.length);
        stuffer.end();
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private static String crlf(String text) {
        return text.replace("|", "\r\n");
    }
}
