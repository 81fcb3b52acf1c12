package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.ClientLimitsConfig;
import io.backupmx.config.DnsblConfig;
import io.backupmx.config.EtrnConfig;
import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.BareLineEnd;
import io.backupmx.config.IngressConfig.GatewayLimits;
import io.backupmx.config.ProxyProtocolConfig;
import io.backupmx.config.RspamdConfig;
import io.backupmx.config.TlsConfig;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ContentReaderTest {

    private static final int MAX = 64 << 10;

    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    @Test
    void aContentOfExactlyTheLimitIsTaken() {
        ContentReader reader = reader(BareLineEnd.REJECT);
        assertThat(reader.read(Split.buffer("x".repeat(MAX - 2) + "\r\n.\r\n"))).isTrue();
        assertThat(reader.flaw()).isEmpty();
        assertThat(taken.size()).isEqualTo(MAX);
    }

    @Test
    void stuffedDotsDoNotCountAsSize() {
        ContentReader reader = reader(BareLineEnd.REJECT);
        assertThat(reader.read(Split.buffer("..\r\n".repeat(MAX / 3) + ".\r\n")))
                .isTrue();
        assertThat(reader.flaw()).isEmpty();
    }

    @Test
    void aLargerContentIsReadToItsEndAndRefused() {
        ContentReader reader = reader(BareLineEnd.REJECT);
        ByteBuffer in = Split.buffer("x".repeat(MAX - 1) + "\r\n.\r\nQUIT\r\n");
        assertThat(reader.read(in)).isTrue();
        assertThat(reader.flaw()).contains(ContentFlaw.TOO_LARGE);
        assertThat(in.remaining()).isEqualTo("QUIT\r\n".length());
    }

    @Test
    void aContentThatNoPrimaryTakesIsReadToItsEndAndRefused() {
        ContentReader fits = reader(BareLineEnd.REJECT, OptionalLong.of(1000));
        assertThat(fits.read(Split.buffer("x".repeat(998) + "\r\n.\r\n"))).isTrue();
        assertThat(fits.flaw()).isEmpty();
        assertThat(taken.size()).isEqualTo(1000);
        taken.reset();
        ContentReader larger = reader(BareLineEnd.REJECT, OptionalLong.of(1000));
        assertThat(larger.read(Split.buffer("x".repeat(500)))).isFalse();
        assertThat(larger.flaw()).isEmpty();
        assertThat(larger.read(Split.buffer("x".repeat(501)))).isFalse();
        assertThat(larger.flaw()).contains(ContentFlaw.TOO_LARGE_FOR_PRIMARY);
        ByteBuffer in = Split.buffer("x".repeat(MAX) + "\r\n.\r\nQUIT\r\n");
        assertThat(larger.read(in)).isTrue();
        assertThat(larger.flaw()).contains(ContentFlaw.TOO_LARGE_FOR_PRIMARY);
        assertThat(in.remaining()).isEqualTo("QUIT\r\n".length());
        assertThat(taken.size()).isEqualTo(500);
    }

    @Test
    void chunksCountTogetherTowardsWhatAPrimaryTakes() {
        ContentReader reader = ContentReader.ofChunks(IngressConfig.DEFAULT, OptionalLong.of(1000), taken::write);
        reader.begin(1000, false);
        assertThat(reader.read(Split.buffer("x".repeat(1000)))).isTrue();
        assertThat(reader.flaw()).isEmpty();
        reader.begin(1, true);
        assertThat(reader.read(Split.buffer("x"))).isTrue();
        assertThat(reader.flaw()).contains(ContentFlaw.TOO_LARGE_FOR_PRIMARY);
    }

    @Test
    void ourOwnLimitIsTheOneToNameWhereItIsTheLower() {
        for (long deliverable : List.of((long) MAX, MAX + 1L)) {
            ContentReader reader = reader(BareLineEnd.REJECT, OptionalLong.of(deliverable));
            assertThat(reader.read(Split.buffer("x".repeat(2 * MAX) + "\r\n.\r\n")))
                    .isTrue();
            assertThat(reader.flaw()).contains(ContentFlaw.TOO_LARGE);
        }
    }

    @Test
    void aFloodIsNotReadToItsEnd() {
        ContentReader reader = reader(BareLineEnd.REJECT);
        ByteBuffer in = Split.buffer("x".repeat(MAX));
        int times = 0;
        while (!reader.read(in.rewind())) {
            times++;
        }
        assertThat(reader.flaw()).contains(ContentFlaw.FLOOD);
        assertThat((long) times * MAX).isEqualTo(2L * MAX + (10L << 20));
        assertThat(taken.size()).isEqualTo(MAX);
    }

    @Test
    void bareLineEndsAreRefusedOrNormalized() {
        ContentReader strict = reader(BareLineEnd.REJECT);
        assertThat(strict.read(Split.buffer("a\nb\r\n.\r\n"))).isTrue();
        assertThat(strict.flaw()).contains(ContentFlaw.BARE_LINE_END);
        taken.reset();
        ContentReader lax = reader(BareLineEnd.NORMALIZE);
        assertThat(lax.read(Split.buffer("a\nb\r\n.\r\n"))).isTrue();
        assertThat(lax.flaw()).isEmpty();
        assertThat(taken.toString(StandardCharsets.US_ASCII)).isEqualTo("a\r\nb\r\n");
    }

    @Test
    void aLoopingMailIsRefused() {
        ContentReader fine = reader(BareLineEnd.REJECT);
        assertThat(fine.read(Split.buffer("Received: x\r\n".repeat(10) + "\r\n.\r\n")))
                .isTrue();
        assertThat(fine.flaw()).isEmpty();
        ContentReader looping = reader(BareLineEnd.REJECT);
        assertThat(looping.read(Split.buffer("Received: x\r\n".repeat(11) + "\r\n.\r\n")))
                .isTrue();
        assertThat(looping.flaw()).contains(ContentFlaw.TOO_MANY_HOPS);
    }

    @Test
    void theFirstReasonStandsAndNothingIsGivenAfterIt() {
        ContentReader reader = reader(BareLineEnd.REJECT);
        assertThat(reader.read(Split.buffer("a"))).isFalse();
        reader.refuse(ContentFlaw.NO_ROOM);
        assertThat(reader.read(Split.buffer("b\n\r\n.\r\n"))).isTrue();
        assertThat(reader.flaw()).contains(ContentFlaw.NO_ROOM);
        assertThat(taken.toString(StandardCharsets.US_ASCII)).isEqualTo("a");
    }

    private ContentReader reader(BareLineEnd policy) {
        return reader(policy, OptionalLong.empty());
    }

    private ContentReader reader(BareLineEnd policy, OptionalLong deliverableBytes) {
        return ContentReader.ofData(
                new IngressConfig(
                        "127.0.0.1:0",
                        Optional.empty(),
                        MAX,
                        100,
                        10,
                        10,
                        GatewayLimits.LIFT,
                        List.of(),
                        List.of(),
                        10,
                        10,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        policy,
                        IngressConfig.SmtpUtf8.OFFER,
                        1 << 20,
                        1 << 10,
                        1 << 30,
                        Duration.ZERO,
                        Duration.ofHours(1),
                        Duration.ZERO,
                        90,
                        ClientLimitsConfig.DEFAULT,
                        DnsblConfig.DEFAULT,
                        ProxyProtocolConfig.DEFAULT,
                        List.of(),
                        EtrnConfig.DEFAULT,
                        IngressConfig.Spf.OFF,
                        RspamdConfig.DEFAULT,
                        TlsConfig.DEFAULT),
                deliverableBytes,
                taken::write);
    }
}
