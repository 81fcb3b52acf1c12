package io.backupmx.worker.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.backupmx.config.Config;
import io.backupmx.config.ConfigLoader;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.testing.Ports;
import io.backupmx.testing.StartTlsServer;
import io.backupmx.testing.StartTlsServer.Behaviour;
import io.backupmx.testing.TestCertificate;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.TestDuties;
import io.backupmx.worker.admin.FakeSpool;
import io.backupmx.worker.admin.FakeWorker;
import io.backupmx.worker.admin.SampleMail;
import io.backupmx.worker.retention.RoomLosses;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Notices as their readers get them, at a smarthost of other people's making. */
class NoticesIT {

    private static final int PORT = Ports.free();
    private static final Instant EVENING = Instant.parse("2026-03-04T20:00:00Z");

    private static Vertx vertx;

    private final GreenMail smarthost = new GreenMail(new ServerSetup(PORT, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private final FakeSpool spool = new FakeSpool();
    private final FakeWorker worker = new FakeWorker();
    private final SharedMemory memory = new SharedMemory();
    private final RoomLosses losses = new RoomLosses();
    private Instant now = EVENING;

    @TempDir
    private Path directory;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @BeforeEach
    void start() {
        smarthost.start();
    }

    @AfterEach
    void stop() {
        smarthost.stop();
    }

    @Test
    void anOutageIsToldByItsKeeperOnceWhateverRestarts() throws Exception {
        TestDuties keepers = new TestDuties();
        TestDuties others = new TestDuties();
        others.doesAll(false);
        Notices keeper = notices(keepers);
        Notices other = notices(others);
        worker.add(SampleMail.down("connect to mx1.example.org: Connection refused"));
        spool.put(SampleMail.ON_ROUTE, SampleMail.on(SampleMail.ON_ROUTE, 1), SampleMail.on(SampleMail.ON_ROUTE, 2));

        look(other);
        look(keeper);
        look(keeper);
        keeper.close(); // and starts again, as another life
        others.doesAll(true);
        look(other);
        look(notices(keepers));

        MimeMessage mail = received("route_down");
        assertThat(mail.getSubject()).isEqualTo("Backup MX mx2.example.org: mx1.example.org takes no mail");
        assertThat(mail.getHeader("From")).containsExactly("postmaster@mx2.example.org");
        assertThat(mail.getHeader("To")).containsExactly("ops@elsewhere.example");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getMessageID()).startsWith("<route_down.").endsWith("@mx2.example.org>");
        assertThat(mail.getSentDate()).isNotNull();
        assertThat(mail.isMimeType("text/plain")).isTrue();
        assertThat(text(mail))
                .startsWith("smtp:[mx1.example.org]:25\n  DOWN, in trouble since Wed 4 Mar 05:06 (14h")
                .contains("\n  connect to mx1.example.org: Connection refused\n  2 mails wait, the oldest for 1m30s\n")
                .endsWith("\n  backupmx flush");
        assertThat(text(mail).lines()).allMatch(line -> line.length() <= 72);

        worker.clear();
        worker.add(SampleMail.up());
        look(other);
        look(other);
        assertThat(received("route_up").getSubject()).endsWith(": mx1.example.org UP again");
    }

    @Test
    void mailThatNobodyTakesAnyMoreIsToldWithWhatToDo() throws Exception {
        worker.add(new RouteStatus(
                SampleMail.ROUTE,
                RouteStatus.State.GONE,
                EVENING.minusSeconds(200),
                "its route is in no configuration any more",
                0,
                0,
                false,
                Optional.empty()));
        spool.put(SampleMail.ON_ROUTE, SampleMail.on(SampleMail.ON_ROUTE, 1), SampleMail.on(SampleMail.ON_ROUTE, 2));
        Notices notices = notices(new TestDuties());

        look(notices);
        look(notices);

        MimeMessage mail = received("route_gone");
        assertThat(mail.getSubject()).isEqualTo("Backup MX mx2.example.org: mail for mx1.example.org has no way: act");
        assertThat(text(mail))
                .contains(
                        "\n  GONE, in trouble since ", "\n  its route is in no configuration any more\n  2 mails wait")
                .contains("Put the domain back", "backupmx fail --route 'smtp:[mx1.example.org]:25'");
        assertThat(text(mail).lines()).allMatch(line -> line.length() <= 72);
    }

    @Test
    void quarantineSaysWhatToType() throws Exception {
        worker.add(new RouteStatus(
                SampleMail.ROUTE,
                RouteStatus.State.QUARANTINE,
                EVENING,
                "550 5.1.1 No such user",
                0,
                0,
                false,
                Optional.empty()));

        look(notices(new TestDuties()));

        MimeMessage mail = received("quarantine");
        assertThat(mail.getSubject()).endsWith(": mx1.example.org in QUARANTINE: act");
        assertThat(text(mail))
                .contains("550 5.1.1 No such user", "backupmx route release 'smtp:[mx1.example.org]:25'\n")
                .contains("has not failed")
                .contains("\n     backupmx flush\n")
                .endsWith("\n     backupmx fail --route 'smtp:[mx1.example.org]:25'")
                .doesNotContain("backupmx release ");
        assertThat(text(mail).lines()).allMatch(line -> line.length() <= 72);
    }

    @Test
    void expiryThatStoppedSomewhereIsToldByTheKeeper() throws Exception {
        worker.add(SampleMail.up());
        TestDuties noKeeper = new TestDuties();
        noKeeper.doesAll(false);
        noKeeper.expiryStopped(SampleMail.ROUTE);
        Notices keeper = notices(new TestDuties());

        look(notices(noKeeper));
        look(keeper);
        now = now.plus(Duration.ofMinutes(30));
        look(keeper);

        assertThat(received("expiry_stopped").getSubject()).contains("expiry stopped for mx1.example.org");
    }

    @Test
    void theDigestGoesOnceADayFromTheSecondOn() throws Exception {
        worker.add(SampleMail.down("away"));
        spool.put(SampleMail.ON_ROUTE, SampleMail.on(SampleMail.ON_ROUTE, 1));
        SpoolQueue failed = new SpoolQueue.Failed();
        spool.put(
                failed,
                SampleMail.on(
                        failed,
                        SampleMail.envelope(
                                2, SampleMail.recipient("nobody@example.org").withLastReply("550 5.1.1 unknown"))),
                SampleMail.on(
                        failed,
                        SampleMail.envelope(3, new ReversePath.Null(), SampleMail.recipient("bob@example.net"))));
        Notices notices = notices(new TestDuties(), "notices.down_after", "7d");

        look(notices);
        now = Instant.parse("2026-03-05T05:59:59Z");
        look(notices);
        assertThat(smarthost.getReceivedMessages()).isEmpty();
        now = now.plusSeconds(1);
        look(notices);
        now = now.plusSeconds(600);
        look(notices);
        look(notices(new TestDuties(), "notices.down_after", "7d"));

        MimeMessage mail = received("digest");
        assertThat(mail.getSubject()).isEqualTo("Backup MX mx2.example.org: 1 waiting, 2 failed, 1 DOWN");
        assertThat(text(mail))
                .contains("smtp:[mx1.example.org]:25\n  DOWN since Wed 4 Mar 05:06\n  1 mail waits, for 1m30s\n")
                .contains("Failed mail: 2, kept for 14d.\n", "(double bounces): 1.\n")
                .contains(SampleMail.id(3) + "\n  from <>\n  to <bob@example.net>\n  no reason is known\n")
                .contains("  to <nobody@example.org>\n  550 5.1.1 unknown\n")
                .contains("backupmx delete ID --yes");
    }

    @Test
    void aTestSaysWhatTheSmarthostMadeOfIt() throws Exception {
        assertThat(notices(new TestDuties()).test())
                .isEqualTo("127.0.0.1:" + PORT + ": taken for ops@elsewhere.example");
        assertThat(received("test").getSubject()).endsWith(": a test");

        smarthost.stop();
        assertThatThrownBy(() -> notices(new TestDuties()).test())
                .isInstanceOf(NotSentException.class)
                .hasMessageContaining("refused");
        assertThatThrownBy(() -> notices(new TestDuties(), "notices.to", "[]", "notices.smarthost", "")
                        .test())
                .hasMessageStartingWith("notices are off");
    }

    @Test
    void aPasswordGoesThroughTlsOnly() throws Exception {
        TestCertificate certificate = TestCertificate.of("smarthost.example");
        Path password = Files.writeString(directory.resolve("password"), "a secret\n");
        try (StartTlsServer good = StartTlsServer.started(certificate, Behaviour.GOOD);
                StartTlsServer refusing = StartTlsServer.started(certificate, Behaviour.REFUSING_AUTH);
                StartTlsServer stripped = StartTlsServer.started(certificate, Behaviour.WITHOUT)) {
            assertThat(withPassword(good, password).test()).contains("taken for ops@elsewhere.example");
            assertThat(good.said()).contains("TLS AUTH PLAIN " + plain("backup", "a secret"));

            Notices wrong = withPassword(refusing, password);
            assertThatThrownBy(wrong::test)
                    .isInstanceOf(NotSentException.class)
                    .hasMessageStartingWith("127.0.0.1:" + refusing.port() + ": ");
            Files.writeString(password, "another secret\n");
            assertThatThrownBy(wrong::test).isInstanceOf(NotSentException.class);
            assertThat(refusing.said()).as("read anew").contains("TLS AUTH PLAIN " + plain("backup", "another secret"));

            assertThatThrownBy(() -> withPassword(stripped, password).test()).isInstanceOf(NotSentException.class);
            assertThat(stripped.said()).noneMatch(line -> line.startsWith("AUTH") || line.startsWith("MAIL"));
        }
    }

    private Notices withPassword(StartTlsServer to, Path password) {
        return notices(
                new TestDuties(),
                "notices.smarthost",
                "127.0.0.1:" + to.port(),
                "notices.user",
                "backup",
                "notices.password_file",
                password.toString(),
                "notices.tls",
                "starttls");
    }

    private static String plain(String user, String password) {
        String octets = "\0" + user + "\0" + password; // RFC 4616 §2
        return Base64.getEncoder().encodeToString(octets.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aDigestThatTheSpoolFailedIsTriedAgainAfterAWhile() throws Exception {
        Notices notices = notices(new TestDuties());
        look(notices);
        now = Instant.parse("2026-03-05T06:00:00Z");
        spool.away(true);
        look(notices);

        spool.away(false);
        now = now.plusSeconds(299);
        look(notices);
        assertThat(smarthost.getReceivedMessages()).isEmpty();
        now = now.plusSeconds(1);
        look(notices);
        assertThat(received("digest").getSubject()).startsWith("Backup MX mx2.example.org: 0 waiting, 0 failed");
    }

    private Notices notices(TestDuties duties, String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "domains.example.org",
                "mx1.example.org",
                "notices.to",
                "[ops@elsewhere.example]",
                "notices.smarthost",
                "127.0.0.1:" + PORT,
                "notices.tls",
                "none"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        Config config = ConfigLoader.load(Optional.empty(), Map.of(), all);
        Notices notices = new Notices(
                vertx,
                config,
                "mx2.example.org",
                worker,
                duties,
                spool,
                memory.part(),
                losses,
                new TestClock(),
                new SimpleMeterRegistry());
        notices.listen();
        return notices;
    }

    private static void look(Notices notices) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                notices.look();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.get(30, TimeUnit.SECONDS);
    }

    /** The one notice of this kind. */
    private MimeMessage received(String kind) throws MessagingException {
        List<MimeMessage> found = Arrays.stream(smarthost.getReceivedMessages())
                .filter(mail -> {
                    try {
                        return Arrays.asList(mail.getHeader("X-Backup-MX-Notice"))
                                .contains(kind);
                    } catch (MessagingException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static String text(MimeMessage mail) throws IOException, MessagingException {
        return String.valueOf(mail.getContent()).replace("\r\n", "\n");
    }

    /** Of the zone without offset, and of the time that a test says it is. */
    private final class TestClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
