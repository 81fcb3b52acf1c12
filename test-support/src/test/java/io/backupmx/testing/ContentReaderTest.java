package io.backupmx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentReaderTest {

    /** On the wire, as content, and the flaw; the final dot is added. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            emptyValue = "",
            value = {
                "''                  | ''              | ''",
                "'a\\r\\n'           | 'a\\r\\n'       | ''",
                "'..\\r\\n'          | '.\\r\\n'       | ''",
                "'...\\r\\n'         | '..\\r\\n'      | ''",
                "'a\\r\\n..b\\r\\n'  | 'a\\r\\n.b\\r\\n' | ''",
                "'a.\\r\\n'          | 'a.\\r\\n'      | ''",
                "'a..b\\r\\n'        | 'a..b\\r\\n'    | ''",
                "'\\r\\n\\r\\n'      | '\\r\\n\\r\\n'  | ''",
                "'a\\nb\\r\\n'       | 'a\\nb\\r\\n'   | BARE_LF",
                "'a\\n.\\n\\r\\n'    | 'a\\n.\\n\\r\\n' | BARE_LF",
                "'a\\n.\\r\\nb\\r\\n' | 'a\\n.\\r\\nb\\r\\n' | BARE_LF",
                "'a\\rb\\r\\n'       | 'a\\rb\\r\\n'   | BARE_CR",
                "'a\\r\\r\\n'        | 'a\\r\\r\\n'    | BARE_CR",
                "'a\\r.\\r\\nb\\r\\n' | 'a\\r.\\r\\nb\\r\\n' | BARE_CR",
                ".b\\r\\n            | b\\r\\n         | UNSTUFFED_DOT",
            })
    void takesStuffedDotsOut(String wire, String content, String flaw) throws IOException {
        ContentReader reader = new ContentReader();
        assertThat(read(reader, unescaped(wire) + ".\r\nRSET\r\n")).isTrue();
        assertThat(new String(reader.content(), StandardCharsets.ISO_8859_1)).isEqualTo(unescaped(content));
        assertThat(reader.flaws()).isEqualTo(flaw.isEmpty() ? Set.of() : Set.of(ContentReader.Flaw.valueOf(flaw)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n.\n", "a\n.\r\n", "a\r\n.\n", "a\r.\r\n", "a\r\n.\r", "a\r\n.\r\r\n", "a\r\n..\r\n"})
    void nothingButDotOnALineOfItsOwnEndsIt(String wire) {
        assertThatThrownBy(() -> read(new ContentReader(), wire)).isInstanceOf(EOFException.class);
    }

    @Test
    void aLoneDotWithCrAndOtherOctetIsKept() throws IOException {
        ContentReader reader = new ContentReader();
        assertThat(read(reader, ".\rx\r\n.\r\n")).isTrue();
        assertThat(new String(reader.content(), StandardCharsets.ISO_8859_1)).isEqualTo("\rx\r\n");
        assertThat(reader.flaws()).contains(ContentReader.Flaw.BARE_CR, ContentReader.Flaw.UNSTUFFED_DOT);
    }

    private static boolean read(ContentReader reader, String wire) throws IOException {
        try (CannedServer server = CannedServer.sayingAndClosing(wire);
                Wire client = Wire.connect(Ports.loopback(), server.port(), Duration.ofSeconds(5))) {
            return reader.read(client, _ -> true);
        }
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n");
    }
}
