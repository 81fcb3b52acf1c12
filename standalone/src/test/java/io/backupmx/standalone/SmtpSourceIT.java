package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Ports;
import io.backupmx.testing.SmtpSink;
import io.backupmx.testing.SystemTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Postfix's load generator sends while the primary is down, and its sink, as the primary, gets every mail exactly once. */
@SystemTest
class SmtpSourceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What {@code smtp-sink} writes above a content. */
    private static final Pattern RECIPIENT = Pattern.compile("(?m)^X-Rcpt-Args: <(?<to>[^>]*)>$");

    private static final int PRIMARY = Ports.free();

    private static Instance instance;

    @TempDir
    private Path directory;

    /** As many sessions at once as one address may have, and a new one with each mail: the old one may not be gone yet. */
    @BeforeAll
    static void start(@TempDir Path data) {
        instance = new Instance(data)
                .backingUp("example.test", PRIMARY)
                .set("ingress.max_connections_per_address=1000")
                .started();
    }

    @AfterAll
    static void stop() {
        try (Instance _ = instance) {
            assertThat(instance.output()).doesNotContain("ERROR", "Exception");
        }
    }

    static Stream<SmtpSource> loads() {
        return Stream.of(
                SmtpSource.of(1000, 100, 4096).connectionPerMail(),
                SmtpSource.of(1000, 20, 30_000),
                SmtpSource.of(200, 1, 4096),
                SmtpSource.of(100, 20, 150_000),
                SmtpSource.of(20, 4, 5_000_000));
    }

    @ParameterizedTest
    @MethodSource("loads")
    void everyMailOfAnOutageArrivesExactlyOnce(SmtpSource load) throws Exception {
        load.sendTo(instance.smtpPort());
        assertThat(instance.queue()).hasSize(load.mails());

        List<String> arrived = drain(load.mails());
        String body = bodyOf(sentToTheSinkItself(load));

        assertThat(arrived)
                .map(SmtpSourceIT::recipientOf)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, load.mails())
                        .mapToObj(SmtpSource::recipient)
                        .toList());
        assertThat(arrived).allMatch(mail -> bodyOf(mail).equals(body), "with the body that was sent");
    }

    /** In and out at the same time, over a queue that outgrows the broker's memory. */
    @Test
    void mailIsRelayedWhileMoreComesIn() throws Exception {
        Path dumps = Files.createDirectory(directory.resolve("mails"));
        SmtpSource load = SmtpSource.of(2000, 100, 18_000);
        load.sendTo(instance.smtpPort());
        try (SmtpSink sink = SmtpSink.dumping(PRIMARY, dumps)) {
            sink.awaitCount(1, PATIENCE);
            load.sendTo(instance.smtpPort());
            sink.awaitCount(2 * load.mails(), PATIENCE);
            instance.awaitEmptyQueue(PATIENCE);
        }
        List<String> twice = IntStream.rangeClosed(1, load.mails())
                .mapToObj(SmtpSource::recipient)
                .flatMap(recipient -> Stream.of(recipient, recipient))
                .toList();
        assertThat(SmtpSink.dumped(dumps)).map(SmtpSourceIT::recipientOf).containsExactlyInAnyOrderElementsOf(twice);
    }

    /** A mail of this load that has never seen us. */
    private String sentToTheSinkItself(SmtpSource load) throws Exception {
        Path dumps = Files.createDirectory(directory.resolve("direct"));
        try (SmtpSink sink = SmtpSink.dumping(Ports.free(), dumps)) {
            SmtpSource.of(1, 1, load.bytes()).sendTo(sink.port());
        }
        return SmtpSink.dumped(dumps).getFirst();
    }

    private List<String> drain(int mails) throws Exception {
        Path dumps = Files.createDirectory(directory.resolve("mails"));
        try (SmtpSink sink = SmtpSink.dumping(PRIMARY, dumps)) {
            sink.awaitCount(mails, PATIENCE);
            instance.awaitEmptyQueue(PATIENCE);
            assertThat(sink.count()).isEqualTo(mails);
        }
        return SmtpSink.dumped(dumps);
    }

    private static String recipientOf(String dumped) {
        Matcher matcher = RECIPIENT.matcher(dumped);
        return matcher.find() ? matcher.group("to") : "none";
    }

    private static String bodyOf(String dumped) {
        return dumped.substring(dumped.indexOf("\n\n") + 2);
    }
}
