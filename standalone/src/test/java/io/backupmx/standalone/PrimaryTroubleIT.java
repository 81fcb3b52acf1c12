package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.reset;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Behaviour.stall;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Behaviour;
import io.backupmx.testing.MailContent;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a primary does short of an explicit 5xx to a mail, the mail waits, and arrives once when the trouble is over. */
@RunsAlone
class PrimaryTroubleIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final MailContent SMALL = MailCorpus.ordinary();
    private static final MailContent LARGE = MailCorpus.ofSize("large", 8 << 20);

    private static final Behaviour UNASKED = text("220 one\r\n".repeat(100_000));

    /** A primary that behaves so at that phase, whenever it gets there. */
    private record Trouble(String name, Phase phase, Behaviour behaviour, MailContent mail) {

        static Trouble at(Phase phase, Behaviour behaviour) {
            return new Trouble(phase + ": " + shortened(behaviour), phase, behaviour, SMALL);
        }

        static Trouble inLarge(Behaviour behaviour) {
            return new Trouble("in 8 MiB: " + shortened(behaviour), Phase.CONTENT, behaviour, LARGE);
        }

        /** Whoever takes that for the replies to its commands cannot be said to be impatient. */
        boolean speaksUnasked() {
            return behaviour.equals(UNASKED);
        }

        private static String shortened(Behaviour behaviour) {
            String text = behaviour.toString();
            return text.substring(0, Math.min(60, text.length()));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @TempDir
    private static Path directory;

    private static Bench bench;

    @BeforeAll
    static void start() {
        bench = Bench.of(directory, (int) troubles().count() + (int) harmless().count());
    }

    @AfterAll
    static void stop() {
        try (Bench ended = bench) {
            assertThat(ended.instance().output()).doesNotContain("ERROR", "Exception");
            ended.instance().awaitEmptyQueue(SOON);
        }
    }

    static Stream<Trouble> troubles() {
        List<Trouble> all = new ArrayList<>();
        for (Phase phase : List.of(Phase.CONNECT, Phase.EHLO, Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT)) {
            all.add(Trouble.at(phase, hang()));
            all.add(Trouble.at(phase, close()));
            all.add(Trouble.at(phase, reset()));
            all.add(Trouble.at(phase, text("what do you want?\r\n")));
            all.add(Trouble.at(phase, sayAndClose("421 4.3.2 Going down")));
            all.add(Trouble.at(phase, say("451 4.3.0 Not now")));
        }
        all.addAll(List.of(
                Trouble.at(Phase.CONNECT, say("554 5.7.1 You again")),
                Trouble.at(Phase.CONNECT, sayAndClose("554 5.7.1 You again")),
                Trouble.at(Phase.CONNECT, text("HTTP/1.1 400 Bad Request\r\n\r\n")),
                Trouble.at(Phase.CONNECT, text("x".repeat(1 << 20))),
                Trouble.at(Phase.CONNECT, text("220-more\r\n".repeat(100_000))),
                Trouble.at(Phase.CONNECT, UNASKED),
                Trouble.at(Phase.DATA, say("250 2.0.0 No 354")),
                Trouble.at(Phase.DOT, say("354 More")),
                Trouble.at(Phase.DOT, text("250-begun\r\n")),
                Trouble.at(Phase.MAIL, say("354 Eh?")),
                Trouble.at(Phase.RCPT, say("452 4.2.2 Mailbox full")),
                Trouble.at(Phase.CONTENT, hang()),
                Trouble.at(Phase.CONTENT, close()),
                Trouble.at(Phase.CONTENT, stall()),
                Trouble.inLarge(afterOctets(200_000, close())),
                Trouble.inLarge(afterOctets(200_000, reset())),
                Trouble.inLarge(afterOctets(200_000, hang())),
                Trouble.inLarge(afterOctets(200_000, stall())),
                Trouble.inLarge(afterOctets(200_000, sayAndClose("451 4.3.0 Enough"))),
                Trouble.inLarge(afterOctets(200_000, sayAndClose("421 4.3.2 Going down")))));
        return all.stream();
    }

    private static Behaviour text(String octets) {
        return garbage(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("troubles")
    void mailOutlastsTheTrouble(Trouble trouble) {
        Bench.Place place = bench.next();
        place.primary().play(Script.acceptAll().on(trouble.phase(), trouble.behaviour()));
        place.primary().start();
        byte[] content = trouble.mail().octets();
        String id = bench.send(content, place.address("alice"));

        // Once to see it, twice to see that it was tried again.
        Instance.await(
                SOON,
                () -> assertThat(Math.max(
                                place.primary().connections(), place.primary().transactions()))
                        .isGreaterThan(1));
        bench.awaitReason(place, "");
        // Listed twice or not at all where it moved meanwhile.
        assertThat(bench.queue(place)).allSatisfy(mail -> {
            assertThat(mail.path("queue_id").asText()).isEqualTo(id);
            assertThat(mail.path("queue_name").asText()).isNotEqualTo("hold");
        });
        place.primary().stop(); // ends what hangs
        place.primary().play(Script.acceptAll());
        place.primary().start();

        assertThat(place.primary().awaitMails(1, SOON).getFirst().contentBelowTrace())
                .isEqualTo(content);
        bench.awaitEmpty(place, SOON);
        assertThat(place.primary().mails()).hasSize(1);
        assertThat(place.primary().violations())
                .filteredOn(violation -> !trouble.speaksUnasked())
                .isEmpty();
    }

    /** Not by the book, but clear: no reason to keep mail from them. */
    static Stream<Trouble> harmless() {
        return Stream.of(
                Trouble.at(Phase.CONNECT, text("220\r\n")),
                Trouble.at(Phase.CONNECT, text("220 lf only\n")),
                Trouble.at(Phase.CONNECT, text("220-welcome\r\n220-\r\n220 " + "=".repeat(1500) + "\r\n")),
                Trouble.at(Phase.CONNECT, text("220 Gr\u00fc\u00dfe\u0000\u001b[31m\r\n")),
                Trouble.at(Phase.EHLO, say("502 5.5.2 What?")),
                Trouble.at(Phase.EHLO, say("500 What?")),
                Trouble.at(Phase.DOT, say("250 ")),
                Trouble.at(Phase.DOT, say("251 2.0.0 Taken in another way")),
                Trouble.at(Phase.QUIT, hang()),
                Trouble.at(Phase.RSET, accept()));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("harmless")
    void mailIsDeliveredAllTheSame(Trouble oddity) {
        Bench.Place place = bench.next();
        place.primary().play(Script.acceptAll().on(oddity.phase(), oddity.behaviour()));
        place.primary().start();

        bench.send(SMALL.octets(), place.address("alice"));

        assertThat(place.primary().awaitMails(1, SOON).getFirst().contentBelowTrace())
                .isEqualTo(SMALL.octets());
        bench.awaitEmpty(place, SOON);
        assertThat(place.primary().attempts()).hasSize(1);
        assertThat(place.primary().violations()).isEmpty();
    }
}
