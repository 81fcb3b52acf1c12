package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Envelope;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.testing.StartTlsServer;
import io.backupmx.testing.TestCertificate;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail with REQUIRETLS (RFC 8689) goes in TLS to whom it was looked at, who offers REQUIRETLS, or not at all. */
class RequireTlsIT {

    private static final TestCertificate CERTIFICATE = TestCertificate.of("localhost");

    @TempDir
    private static Path directory;

    private static Path authorities;

    private StartTlsServer primary = StartTlsServer.started(CERTIFICATE, StartTlsServer.Behaviour.GOOD);
    private WorkerRig rig = rig(TlsLevel.VERIFY);

    @BeforeAll
    static void trust() {
        authorities = CERTIFICATE.writeCertificate(directory.resolve("authorities.pem"));
    }

    private WorkerRig rig(TlsLevel level) {
        WorkerRig worker = WorkerRig.trusting(authorities, Settings.usual().withReuse(LONG, 1000), primary.port());
        worker.configure(level, worker.route());
        return worker;
    }

    /** Another primary, and a worker that demands as much of it. */
    private void begin(StartTlsServer.Behaviour behaviour, TlsLevel level) {
        stop();
        primary = StartTlsServer.started(CERTIFICATE, behaviour);
        rig = rig(level);
    }

    @AfterEach
    void stop() {
        rig.close();
        primary.close();
    }

    private static Envelope demanding(String recipient) {
        return Mails.envelope(recipient).withRequireTls();
    }

    private List<String> mails() {
        return primary.said().stream()
                .filter(line -> line.contains("MAIL FROM"))
                .toList();
    }

    private void awaitMails(int count) {
        await().atMost(LONG)
                .until(() -> primary.said().stream().filter("TLS ."::equals).count() == count);
        await().atMost(LONG).until(() -> rig.worker().inFlight().isEmpty());
    }

    private void awaitDeferred(int count, String why) {
        await().atMost(LONG).until(() -> rig.spool().deferred().size() == count);
        assertThat(rig.spool().deferred())
                .allSatisfy(stored -> assertThat(stored.envelope().recipients())
                        .allSatisfy(recipient -> assertThat(recipient.lastReply())
                                .hasValueSatisfying(reply -> assertThat(reply).startsWith(why))))
                .allSatisfy(stored -> assertThat(stored.envelope().requireTls()).isTrue());
        assertThat(rig.spool().failed()).isEmpty();
        assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
    }

    @Test
    void itIsSaidOfMailThatDemandsItAndOfNoOther() {
        primary.offering("REQUIRETLS", "SIZE 100000");
        rig.store(demanding("a@x.test"));
        awaitMails(1);
        rig.store("b@x.test");
        awaitMails(2);
        assertThat(mails()).hasSize(2).allMatch(line -> line.startsWith("TLS MAIL FROM:<sender@client.example> SIZE="));
        assertThat(mails().getFirst()).endsWith(" REQUIRETLS");
        assertThat(mails().getLast()).doesNotContain("REQUIRETLS");
    }

    /** As many as would throttle a route that deferred them; and other mail goes. Who has it later is asked anew. */
    @Test
    void whereItIsNotOfferedMailWaits() {
        primary.offering("SIZE 100000");
        for (int i = 0; i < 6; i++) {
            rig.store(demanding("a@x.test"));
        }
        awaitDeferred(6, "5.7.30 the mail demands TLS on all its way (REQUIRETLS), which host localhost[127.0.0.1]:");
        assertThat(mails()).isEmpty();
        rig.store("b@x.test");
        awaitMails(1);

        primary.offering("REQUIRETLS");
        rig.store(demanding("c@x.test"));
        awaitMails(2);
        assertThat(mails().getLast()).endsWith(" REQUIRETLS");
    }

    @Test
    void whatHasHadItsTimeFailsAsTheRfcHasIt() {
        rig.store(Mails.envelope(Instant.now().minus(Duration.ofDays(31)), "a@x.test")
                .withRequireTls());
        await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
        assertThat(rig.onlyLastReply(rig.spool().failed()))
                .hasValueSatisfying(reply -> assertThat(reply).startsWith("given up after 30d: 5.7.30 "));
        assertThat(mails()).isEmpty();
    }

    /** Whatever is demanded now, and whatever is offered. */
    @Test
    void neverInTheClearAndNeverToWhomNobodyLookedAt() {
        for (TlsLevel level : List.of(TlsLevel.OFF, TlsLevel.OPPORTUNISTIC, TlsLevel.REQUIRED)) {
            begin(StartTlsServer.Behaviour.GOOD, level);
            primary.offering("REQUIRETLS");
            rig.store(demanding("a@x.test"));
            rig.store(Mails.from("", "b@x.test").withRequireTls());
            awaitDeferred(2, "5.7.10 ");
            assertThat(mails()).as("%s", level).isEmpty();
        }
        begin(StartTlsServer.Behaviour.WITHOUT, TlsLevel.OPPORTUNISTIC);
        primary.offering("REQUIRETLS");
        rig.store(demanding("a@x.test"));
        awaitDeferred(1, "5.7.10 ");
        assertThat(mails()).isEmpty();
        rig.store("b@x.test");
        await().atMost(LONG).until(() -> mails().size() == 1);
        assertThat(mails().getFirst()).doesNotContain("REQUIRETLS");
    }

    /** Connections of before, at which nobody looked, take none of it. */
    @Test
    void whatIsDemandedAgainLetsItGo() {
        begin(StartTlsServer.Behaviour.GOOD, TlsLevel.OPPORTUNISTIC);
        primary.offering("REQUIRETLS");
        rig.store("a@x.test");
        awaitMails(1);
        rig.store(demanding("b@x.test"));
        awaitDeferred(1, "5.7.10 ");
        rig.configure(TlsLevel.VERIFY, rig.route());
        rig.store(demanding("c@x.test"));
        awaitMails(2);
        assertThat(mails().getLast()).endsWith(" REQUIRETLS");
    }

    /** There is nothing in them that it would be about. */
    @Test
    void ourOwnReportsGoInAnyCase() {
        begin(StartTlsServer.Behaviour.WITHOUT, TlsLevel.OPPORTUNISTIC);
        rig.store(Mails.report("a@x.test").withRequireTls());
        await().atMost(LONG).until(() -> mails().size() == 1);
        assertThat(mails().getFirst()).isEqualTo("MAIL FROM:<>");
    }

    /** RFC 8689 §5: nobody would be told of a report that is not delivered. */
    @Test
    void mailFromNobodyGoesWithoutTheKeywordButNotWithoutALook() {
        primary.offering("SIZE 100000");
        rig.store(Mails.from("", "a@x.test").withRequireTls());
        awaitMails(1);
        assertThat(mails())
                .singleElement()
                .satisfies(
                        line -> assertThat(line).startsWith("TLS MAIL FROM:<> ").doesNotContain("REQUIRETLS"));
    }
}
