package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig.BareLineEnd;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ChunkDecoderTest {

    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    @Test
    void aChunkEndsAfterItsOctets() {
        ChunkDecoder decoder = decoder(BareLineEnd.REJECT);
        decoder.begin(5, false);
        ByteBuffer in = Split.buffer("a\r\n.\r\nQUIT\r\n");
        assertThat(decoder.decode(in)).isTrue();
        assertThat(Split.buffer("\nQUIT\r\n")).isEqualTo(in);
        assertThat(text()).isEqualTo("a\r\n.");
        decoder.begin(1, true);
        assertThat(decoder.decode(in)).isTrue();
        assertThat(text()).isEqualTo("a\r\n.\r\n");
        assertThat(decoder.sawBareLineEnd()).isFalse();
    }

    @Test
    void aChunkMayBeEmpty() {
        ChunkDecoder decoder = decoder(BareLineEnd.REJECT);
        decoder.begin(0, true);
        assertThat(decoder.decode(Split.buffer(""))).isTrue();
        assertThat(text()).isEmpty();
    }

    @Test
    void aCrAtTheVeryEndIsBare() {
        ChunkDecoder decoder = decoder(BareLineEnd.NORMALIZE);
        decoder.begin(2, false);
        assertThat(decoder.decode(Split.buffer("a\r"))).isTrue();
        assertThat(decoder.sawBareLineEnd()).isFalse();
        decoder.begin(0, true);
        assertThat(decoder.decode(Split.buffer(""))).isTrue();
        assertThat(decoder.sawBareLineEnd()).isTrue();
        assertThat(text()).isEqualTo("a\r\n");
    }

    /** Nothing but what regular expressions say of the whole. */
    @Property(tries = 3000)
    void howEverItIsSplitTheOutcomeIsTheSame(@ForAll("splits") Split split) {
        for (BareLineEnd policy : BareLineEnd.values()) {
            taken.reset();
            ChunkDecoder decoder = decoder(policy);
            List<ByteBuffer> pieces = split.buffers();
            for (ByteBuffer piece : pieces) { // each a chunk, and each given in two buffers
                decoder.begin(piece.remaining(), false);
                int half = piece.remaining() / 2;
                ByteBuffer first = piece.duplicate().limit(piece.position() + half);
                assertThat(decoder.decode(first)).isEqualTo(piece.remaining() == 0);
                assertThat(decoder.decode(piece.position(piece.position() + half)))
                        .isTrue();
            }
            decoder.begin(0, true);
            assertThat(decoder.decode(Split.buffer(""))).isTrue();
            boolean bare = split.text().replace("\r\n", "").matches("(?s).*[\r\n].*");
            assertThat(decoder.sawBareLineEnd()).isEqualTo(bare);
            assertThat(text())
                    .isEqualTo(
                            policy == BareLineEnd.NORMALIZE
                                    ? split.text().replaceAll("\r\n|\r|\n", "\r\n")
                                    : split.text());
        }
    }

    @Provide
    Arbitrary<Split> splits() {
        return Split.ofLineEndsAndDots();
    }

    private ChunkDecoder decoder(BareLineEnd policy) {
        return new ChunkDecoder(policy, taken::write);
    }

    private String text() {
        return taken.toString(StandardCharsets.ISO_8859_1);
    }
}
