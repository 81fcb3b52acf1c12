package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.Failures;
import io.backupmx.config.MxConfig;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.Route;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.SignedDns;
import io.backupmx.testing.SystemTest;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import io.backupmx.worker.delivery.WorkerRig.Tables;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** MX records as BIND serves them: those that name a host, and those that say that there is none (RFC 7505). */
@SystemTest
class NullMxIT {

    private static final Duration BACK_OFF = Duration.ofSeconds(1);

    private final int mxPort = Ports.free();
    private final ScriptedPrimary primary = ScriptedPrimary.on("127.0.0.2", mxPort);
    private final SignedDns dns = SignedDns.serving("null MX 0 .\nwell MX 10 mx\nmx A 127.0.0.2\n", "", "", """
            null MX 0 .
            well MX 0 nobody
            well MX 10 mx.signed.test.
            """);

    NullMxIT() {
        primary.start();
    }

    @AfterEach
    void close() {
        primary.close();
        dns.close();
    }

    private WorkerRig rig(Failures failures) {
        return WorkerRig.of(
                Settings.usual()
                        .config(
                                new MxConfig(List.of(), mxPort, 2, BACK_OFF, BACK_OFF),
                                new DnsConfig(List.of(dns.address()), Duration.ofSeconds(5)),
                                failures),
                new Tables(Set.of(new Route.ByMx())),
                new NextHopCredentials(Optional.empty()));
    }

    private Set<String> taken() {
        return primary.mails().stream()
                .map(ReceivedMail::recipients)
                .flatMap(List::stream)
                .collect(Collectors.toSet());
    }

    @Test
    void whoHasANullMxFailsAndTheOthersOfTheMailDoNot() {
        try (WorkerRig rig = rig(Failures.QUARANTINE)) {
            rig.store("a@null.signed.test", "b@null.plain.test", "c@well.signed.test", "d@well.plain.test");

            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(taken()).containsExactlyInAnyOrder("c@well.signed.test", "d@well.plain.test"));
            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            assertThat(rig.spool().deferred()).isEmpty();
            assertThat(rig.spool().failed().getFirst().envelope().recipients())
                    .extracting(recipient -> recipient.path().address() + ": "
                            + recipient.lastReply().orElse(""))
                    .containsExactly(
                            "a@null.signed.test: 556 5.1.10 domain null.signed.test takes no mail (null MX)",
                            "b@null.plain.test: 556 5.1.10 domain null.plain.test takes no mail (null MX)");
        }
    }

    @Test
    void theSenderIsToldSo() {
        try (WorkerRig rig = rig(Failures.BOUNCE)) {
            rig.store(Mails.from("sender@well.signed.test", "a@null.signed.test"));

            assertThat(primary.awaitMails(1, LONG).getFirst().text())
                    .contains(
                            "Final-Recipient: rfc822; a@null.signed.test\r\nAction: failed\r\nStatus: 5.1.10\r\nLast-",
                            "domain null.signed.test takes no mail (null MX)");
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.spool().failed()).isEmpty();
        }
    }
}
