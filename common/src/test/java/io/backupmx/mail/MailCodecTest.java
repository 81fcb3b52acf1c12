package io.backupmx.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class MailCodecTest {

    private static final Instant AT = Instant.parse("2026-05-04T03:02:01.007Z");

    @Test
    void anEnvelopeIsReadBackWholeAndTheContentFollows() throws Exception {
        Envelope envelope = envelope(
                "<söhne@example.net>",
                new Recipient(
                        ForwardPath.parse("<\"a b\"@example.org>").orElseThrow(),
                        Optional.of("rfc822;a+20b@example.org"),
                        Optional.of("NEVER"),
                        Optional.of("451 4.2.1 \"later\"\t/ höchstens")),
                Recipient.of(new ForwardPath.Postmaster()));
        ByteArrayInputStream in = new ByteArrayInputStream(concat(MailCodec.encode(envelope), "content".getBytes()));
        assertThat(MailCodec.decode(in)).isEqualTo(envelope);
        assertThat(new String(in.readAllBytes())).isEqualTo("content");
    }

    @Test
    void theNullReversePathStaysNull() throws Exception {
        Envelope envelope = envelope("<>", Recipient.of(new ForwardPath.Postmaster()));
        assertThat(MailCodec.decode(new ByteArrayInputStream(MailCodec.encode(envelope)))
                        .from())
                .isEqualTo(new ReversePath.Null());
    }

    @Test
    void membersOfALaterVersionAreIgnored() throws Exception {
        byte[] block = MailCodec.encode(envelope("<>", Recipient.of(new ForwardPath.Postmaster())));
        String json = new String(block, MailCodec.HEADER_BYTES, block.length - MailCodec.HEADER_BYTES);
        byte[] later = ("{\"later\":[1,{}]," + json.substring(1)).getBytes();
        byte[] header = {1, 0, 0, (byte) (later.length >> 8), (byte) later.length};
        assertThat(MailCodec.decode(new SequenceInputStream(
                                new ByteArrayInputStream(header), new ByteArrayInputStream(later)))
                        .queueId())
                .isNotNull();
    }

    @Test
    void anotherVersionIsRefusedByName() {
        byte[] block = MailCodec.encode(envelope("<>", Recipient.of(new ForwardPath.Postmaster())));
        block[0] = 3;
        assertThatThrownBy(() -> MailCodec.decode(new ByteArrayInputStream(block)))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageContaining("version 3");
    }

    /** Who knows the version of before only must not read it as a mail that may go in the clear. */
    @Test
    void mailThatDemandsTlsIsOfAVersionOfItsOwn() throws Exception {
        Envelope usual = envelope("<a@example.net>", Recipient.of(new ForwardPath.Postmaster()));
        Envelope demanding = usual.withRequireTls();
        assertThat(MailCodec.encode(usual)[0]).isEqualTo((byte) 1);
        assertThat(new String(MailCodec.encode(usual))).doesNotContain("requiretls");
        assertThat(MailCodec.decode(new ByteArrayInputStream(MailCodec.encode(usual)))
                        .requireTls())
                .isFalse();

        byte[] block = MailCodec.encode(demanding);
        assertThat(block[0]).isEqualTo((byte) 2);
        assertThat(MailCodec.versionOf(demanding)).isEqualTo(2);
        assertThat(MailCodec.decode(new ByteArrayInputStream(block))).isEqualTo(demanding);
        assertThat(demanding.withAttempts(7).withRecipients(usual.recipients()).withDelayReported())
                .satisfies(copy -> assertThat(copy.requireTls()).isTrue());
        assertThat(List.of(MailCodec.reads(0), MailCodec.reads(1), MailCodec.reads(2), MailCodec.reads(3)))
                .containsExactly(false, true, true, false);
    }

    @Property
    void garbageIsAnUnknownFormatAndNothingElse(@ForAll byte[] garbage) throws IOException {
        try {
            MailCodec.decode(new ByteArrayInputStream(garbage));
            throw new AssertionError("decoded garbage");
        } catch (UnknownFormatException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Property(tries = 200)
    void aBlockCutShortIsAnUnknownFormat(@ForAll Random random) throws IOException {
        byte[] block = MailCodec.encode(envelope("<a@example.net>", Recipient.of(new ForwardPath.Postmaster())));
        byte[] cut = java.util.Arrays.copyOf(block, random.nextInt(block.length));
        try {
            MailCodec.decode(new ByteArrayInputStream(cut));
            throw new AssertionError("decoded half a block");
        } catch (UnknownFormatException e) {
            assertThat(e).isNotNull();
        }
    }

    @Test
    void thatTheSenderWasToldOfADelayIsRemembered() throws Exception {
        Envelope told = envelope("<a@example.net>", Recipient.of(new ForwardPath.Postmaster()))
                .withDelayReported();
        assertThat(MailCodec.decode(new ByteArrayInputStream(MailCodec.encode(told))))
                .isEqualTo(told);
        assertThat(told.withAttempts(7).withRecipients(told.recipients()).delayReported())
                .isTrue();
    }

    @Test
    void queueIdsSortByArrivalAndDoNotCollide() {
        Random random = new Random(1);
        QueueId before = QueueId.next(AT, random);
        QueueId after = QueueId.next(AT.plusMillis(1), random);
        assertThat(before).isLessThan(after);
        assertThat(QueueId.parse(before.value())).contains(before);
        assertThat(QueueId.parse("short")).isEmpty();
        assertThat(QueueId.parse("0123456789ABCDEI")).isEmpty();
        assertThat(java.util.stream.Stream.generate(() -> QueueId.next(AT, random))
                        .limit(10_000)
                        .distinct())
                .hasSize(10_000);
    }

    private static Envelope envelope(String from, Recipient... recipients) {
        return new Envelope(
                QueueId.next(AT, new Random(3)),
                new Arrival(
                        AT,
                        "192.0.2.1",
                        "client \"x\"",
                        "ESMTPS",
                        Optional.of(new TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384")),
                        Domain.of("mx2.example.org")),
                ReversePath.parse(from).orElseThrow(),
                List.of(recipients),
                BodyType.EIGHT_BIT_MIME,
                true,
                Optional.of("QQ+3D"),
                Optional.of("FULL"),
                3);
    }

    private static byte[] concat(byte[] head, byte[] tail) {
        byte[] whole = java.util.Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, whole, head.length, tail.length);
        return whole;
    }
}
