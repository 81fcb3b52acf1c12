package io.backupmx.ingress.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Octets and some way in which a network may cut them, for properties that must hold for each way. */
record Split(String text, List<Integer> cuts) {

    /** Octets in which line ends and dots are everywhere, with runs long enough to be searched by words. */
    static Arbitrary<Split> ofLineEndsAndDots() {
        Arbitrary<String> piece = Arbitraries.of(
                "\r\n",
                "\r",
                "\n",
                ".",
                "\r\n.",
                "\r\n.\r\n",
                "..",
                "a",
                "\0",
                "\u00e9",
                "abcdefgh",
                "x".repeat(21),
                "\t ");
        Arbitrary<String> text = piece.list().ofMaxSize(30).map(pieces -> String.join("", pieces));
        Arbitrary<List<Integer>> cuts =
                Arbitraries.integers().between(1, 12).list().ofMaxSize(120);
        return Combinators.combine(text, cuts).as(Split::new);
    }

    /** The octets in one buffer. */
    ByteBuffer whole() {
        return buffer(text);
    }

    /** The octets in several buffers, some of them with an offset into their array. */
    List<ByteBuffer> buffers() {
        List<ByteBuffer> buffers = new ArrayList<>();
        int from = 0;
        for (int i = 0; from < text.length(); i++) {
            int to = i < cuts.size() ? Math.min(text.length(), from + cuts.get(i)) : text.length();
            ByteBuffer buffer =
                    ByteBuffer.wrap(("??" + text.substring(from, to)).getBytes(StandardCharsets.ISO_8859_1));
            buffers.add(i % 2 == 0 ? buffer.position(2).slice() : buffer.position(2));
            from = to;
        }
        return buffers;
    }

    static ByteBuffer buffer(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
