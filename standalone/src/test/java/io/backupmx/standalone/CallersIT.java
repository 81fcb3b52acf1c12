package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Dialogue;
import io.backupmx.testing.Ports;
import io.backupmx.testing.Program;
import io.backupmx.testing.Programs;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.SystemTest;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client by way of a proxy, and a primary that calls for its mail when it is back. */
@SystemTest
class CallersIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @Test
    void aPrimaryCallsForTheMailOfAProxysClient() {
        int port = Ports.free();
        try (Instance instance = new Instance(directory.resolve("data"))
                .backingUp("example.test", port)
                .set(
                        "ingress.xclient_networks=[127.0.0.1]",
                        "ingress.etrn.networks=[127.0.0.1]",
                        "worker.probe_interval=1h",
                        "worker.probe_interval_later=1h")
                .started()) {
            Program.Result said = Programs.require("swaks", "swaks")
                    .run(
                            PATIENCE,
                            "--server",
                            "127.0.0.1:" + instance.smtpPort(),
                            "--helo",
                            "client.example",
                            "--from",
                            "carol@client.example",
                            "--to",
                            "alice@example.test",
                            "--xclient-addr",
                            "192.0.2.9",
                            "--xclient-name",
                            "[UNAVAILABLE]");
            assertThat(said.succeeded().output()).contains(" XCLIENT ", "ADDR=192.0.2.9", "250 2.0.0 Ok: queued as ");
            instance.awaitDown(port);
            try (ScriptedPrimary primary = ScriptedPrimary.on(port)) {
                primary.start();
                Dialogue.of("""
                        S: 220 *
                        C: EHLO primary.example
                        S: 250 *
                        C: ETRN example.test
                        S: 250 2.0.0 OK, queuing for node example.test started
                        """).against(instance.smtpPort());

                ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
                assertThat(mail.text()).contains("from client.example ([192.0.2.9])");
            }
            assertThat(instance.output()).contains("client=192.0.2.9");
        }
    }
}
