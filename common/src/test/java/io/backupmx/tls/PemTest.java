package io.backupmx.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemTest {

    @Test
    void whatStandsBetweenBlocksIsPassedOver() {
        String text = """
                Certificate: of whoever it is
                    Signature: aa:bb
                -----BEGIN X-----
                YWJj
                -----END X-----\s
                # and its issuer's, which had its END in the middle of a sentence
                -----BEGIN Y Z-----\r
                \r
                ZGVm\r
                Zw==\r
                -----END Y Z-----""";

        assertThat(Pem.blocks(text)).extracting(Pem::label).containsExactly("X", "Y Z");
        assertThat(Pem.blocks(text))
                .extracting(block -> new String(block.content(), StandardCharsets.US_ASCII))
                .containsExactly("abc", "defg");
    }

    @Test
    void whatIsWrittenIsRead() {
        byte[] content = new byte[1000];
        assertThat(Pem.blocks(Pem.write("X", content)))
                .singleElement()
                .satisfies(block -> assertThat(block.content()).isEqualTo(content));
    }

    @Test
    void anOldEncryptedKeyIsSeenAsSuch() {
        assertThat(Pem.blocks("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: A,B\n\nYWJj\n-----END X-----\n"))
                .singleElement()
                .satisfies(block -> assertThat(block.content()).isEmpty());
    }

    /** A bar stands for the end of a line. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            -----BEGIN X-----|YWJj;                           the X that begins in line 1 has no END: the file is cut
            -----BEGIN X-----|YW|-----BEGIN X-----|YWJj|-----END X-----; line 3 begins a X within the X of line 1
            a|-----END X-----;                                line 2 ends a X that has no BEGIN
            -----BEGIN X-----|YWJj|-----END Y-----;           line 3 ends a Y, where a X began in line 1
            -----BEGIN X-----|YW Jj|-----END X-----;          line 2 is not base64, within the X of line 1
            -----BEGIN X-----|YW=Jj|-----END X-----;          line 2 is not base64, within the X of line 1
            -----BEGIN X-----|YWJ|-----END X-----|;           the X that begins in line 1 is not whole
            ----BEGIN X-----|YWJj|-----END X-----;            line 1 is neither a whole BEGIN nor a whole END line
            -----BEGIN X-----|YWJj|-----END X----;            line 3 is neither a whole BEGIN nor a whole END line
            -----BEGIN X-----|YWJj|-----END X----------BEGIN X-----|YWJj|-----END X-----; line 3 is neither a whole BEGIN
            """)
    void whatIsNotWholeIsAnErrorWithItsLine(String text, String problem) {
        assertThatThrownBy(() -> Pem.blocks(text.replace('|', '\n')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(problem);
    }
}
