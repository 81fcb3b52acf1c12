package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class InputQueueTest {

    @Test
    void whatComesNextDoesNotOvertakeWhatWaits() {
        InputQueue queue = new InputQueue();
        queue.add(octets("a"));
        queue.add(octets("b"));
        assertThat(take(queue, 1)).isEqualTo("a"); // and nobody has advanced yet
        queue.add(octets("c"));
        assertThat(queue.bytes()).isEqualTo(2);
        assertThat(take(queue, 1)).isEqualTo("b");
        assertThat(queue.advance()).isTrue();
        assertThat(take(queue, 1)).isEqualTo("c");
        assertThat(queue.advance()).isFalse();
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void aClearedQueueStartsAnew() {
        InputQueue queue = new InputQueue();
        queue.add(octets("a"));
        queue.add(octets("b"));
        queue.clear();
        assertThat(queue.bytes()).isZero();
        queue.add(octets("c"));
        assertThat(take(queue, 9)).isEqualTo("c");
    }

    @Test
    void manySmallSegmentsTakeLittleMoreThanTheirOctets() {
        InputQueue queue = new InputQueue();
        for (int i = 0; i < 10_000; i++) {
            queue.add(octets("x"));
        }
        assertThat(queue.bytes()).isEqualTo(10_000);
        assertThat(queue.current().remaining()).isEqualTo(10_000); // in one piece
        assertThat(queue.current().capacity()).isLessThan(20_000);
    }

    @Test
    void aBufferOfTheNetworkIsNotWrittenTo() {
        byte[] network = "abcd".getBytes(StandardCharsets.US_ASCII);
        InputQueue queue = new InputQueue();
        queue.add(ByteBuffer.wrap(network, 0, 2));
        queue.add(octets("xy"));
        assertThat(take(queue, 9)).isEqualTo("abxy");
        assertThat(network).asString(StandardCharsets.US_ASCII).isEqualTo("abcd");
    }

    /** Positive steps add that many octets, others take as many, advancing or not. */
    @Property
    void octetsComeOutAsTheyWentIn(@ForAll List<@IntRange(min = -9, max = 9) Integer> steps) {
        InputQueue queue = new InputQueue();
        StringBuilder in = new StringBuilder();
        StringBuilder out = new StringBuilder();
        for (int step : steps) {
            if (step > 0) {
                String added = String.valueOf((char) ('a' + in.length() % 26)).repeat(step);
                in.append(added);
                queue.add(octets(added));
            } else {
                if (step % 2 == 0) {
                    queue.advance();
                }
                out.append(take(queue, -step));
            }
            assertThat(queue.bytes()).isEqualTo(in.length() - out.length());
        }
        do {
            out.append(take(queue, 99));
        } while (queue.advance());
        assertThat(out.toString()).isEqualTo(in.toString());
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String take(InputQueue queue, int most) {
        byte[] taken = new byte[Math.min(most, queue.current().remaining())];
        queue.current().get(taken);
        return new String(taken, StandardCharsets.US_ASCII);
    }
}
