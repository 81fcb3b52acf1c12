package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeaderScanTest {

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

    @Test
    void onlyTheHeadersAlphabetCounts() {
        for (int size = 1; size < 20; size++) {
            assertThat(scan("Subject: x\r\n\r\n\u00e9\r\n", size).isAscii()).isTrue();
            assertThat(scan("Subject: \u00e9\r\n\r\nx\r\n", size).isAscii()).isFalse();
            assertThat(scan("\u00e9: x\r\n\r\nx\r\n", size).isAscii()).isFalse();
            assertThat(scan("Received: \u00e9", size).isAscii()).isFalse();
        }
    }

    private static int count(String content, int sliceSize) {
        return scan(content, sliceSize).hops();
    }

    private static HeaderScan scan(String content, int sliceSize) {
        HeaderScan scan = new HeaderScan();
        byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < octets.length; i += sliceSize) {
            scan.accept(octets, i, Math.min(sliceSize, octets.length - i));
        }
        return scan;
    }
}
