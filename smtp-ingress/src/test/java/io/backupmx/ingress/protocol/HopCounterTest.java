package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HopCounterTest {

    @Test
    void receivedFieldsAreCountedInAnyCase() {
        assertThat(count("Received: a\r\nRECEIVED: b\r\nreceived:c\r\n\r\n", 1000))
                .isEqualTo(3);
    }

    @Test
    void onlyTheHeaderCounts() {
        assertThat(count("Received: a\r\n\r\nReceived: b\r\n", 1000)).isEqualTo(1);
    }

    @Test
    void foldedAndOtherFieldsDoNotCount() {
        assertThat(count("X-Received: a\r\nReceived-SPF: b\r\nSubject: x\r\n Received: y\r\nReceive\r\n\r\n", 1000))
                .isZero();
    }

    @Test
    void slicesOfAnySizeGiveTheSame() {
        String header = "Received: a\r\n\tby b\r\nSubject: Received: x\r\nReceived: c\r\n\r\nReceived: d\r\n";
        for (int size = 1; size < header.length(); size++) {
            assertThat(count(header, size)).as("slices of %d", size).isEqualTo(2);
        }
    }

    private static int count(String content, int sliceSize) {
        HopCounter counter = new HopCounter();
        byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < octets.length; i += sliceSize) {
            counter.accept(octets, i, Math.min(sliceSize, octets.length - i));
        }
        return counter.hops();
    }
}
