package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ScriptedPrimary;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps an instance from starting is one line that says what to do, exit code 1, and no stack trace. */
class BadStartIT {

    @TempDir
    private Path directory;

    /** Runs it with options that would do but for {@code arguments}. */
    private Product.Ran run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("run", "--set", "ops.listen=127.0.0.1:0"));
        all.addAll(Arrays.asList(arguments));
        return Product.run(directory, all.toArray(String[]::new));
    }

    private Product.Ran runFor(String domain, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--domain", domain, "--primary", "127.0.0.1:9"));
        all.addAll(Arrays.asList(arguments));
        return run(all.toArray(String[]::new));
    }

    private static void assertOneLine(Product.Ran ran, String line) {
        assertThat(ran).isEqualTo(new Product.Ran(1, "", line + "\n"));
    }

    @Test
    void secondInstanceOnADataDirectoryIsToldOfTheFirst() {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                Instance first = Instance.of(directory.resolve("data"), primary.port())) {

            Product.Ran second = runFor(
                    "example.test",
                    "--listen",
                    "127.0.0.1:0",
                    "--data",
                    first.data().toString());

            assertOneLine(
                    second,
                    "backupmx: data: " + first.data() + " is in use by process " + first.pid()
                            + ": every process needs a data directory of its own (--data)");
            Sender.send(first.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
            primary.awaitMails(1, Duration.ofSeconds(10));
            assertThat(first.mailq())
                    .as("the first one's address is still there")
                    .isEqualTo(Instance.EMPTY);
        }
    }

    @Test
    void portInUseIsNamedWithItsKey() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(Ports.loopback(), 0));
            String address = "127.0.0.1:" + taken.getLocalPort();
            String why = ": cannot listen on " + address + ": another program listens there already";

            assertOneLine(runFor("example.test", "--listen", address), "backupmx: ingress.listen" + why);
            assertOneLine(
                    runFor("example.test", "--listen", "127.0.0.1:0", "--set", "ops.listen=" + address),
                    "backupmx: ops.listen" + why);
            assertOneLine(
                    runFor("example.test", "--listen", "127.0.0.1:0", "--set", "ingress.tls.listen=" + address),
                    "backupmx: ingress.tls.listen" + why);
        }
        try (Instance instance = Instance.of(directory.resolve("data"), 9)) {
            assertThat(instance.mailq()).as("after failed starts").isEqualTo(Instance.EMPTY);
        }
    }

    @Test
    void certificateThatCannotBeUsedIsSaid() throws IOException {
        Path key = Files.writeString(directory.resolve("key.pem"), "no key");
        String[] tls = {"--set", "ingress.tls.certificate=missing.pem", "--set", "ingress.tls.key=" + key};
        String problem = "ingress.tls.certificate: missing.pem cannot be read: no such file";

        assertOneLine(
                runFor("example.test", "--listen", "127.0.0.1:0", tls[0], tls[1], tls[2], tls[3]),
                "backupmx: " + problem);
        assertThat(Product.run(
                        directory,
                        "check",
                        "--set",
                        "domains.example.test=127.0.0.1:9",
                        tls[0],
                        tls[1],
                        tls[2],
                        tls[3]))
                .as("check says the same")
                .isEqualTo(new Product.Ran(1, "", problem + "\n1 problem\n"));
        assertThat(runFor("example.test", "--listen", "127.0.0.1:0", tls[0], tls[1])
                        .err())
                .startsWith("ingress.tls.key: is missing, and certificate is there");
    }

    @Test
    void addressOfAnotherMachineIsSaid() {
        assertOneLine(
                runFor("example.test", "--listen", "192.0.2.1:2525"),
                "backupmx: ingress.listen: cannot listen on 192.0.2.1:2525: this machine does not have that address");
    }

    @Test
    void dataDirectoryThatCannotBeMadeIsSaid() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        Product.Ran ran = runFor("example.test", "--data", file.resolve("data").toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).matches("backupmx: data: " + file + "/data cannot be used: .*: Not a directory\n");
    }

    @Test
    void spoolThatIsNoneIsSaid() throws IOException {
        Path spool = Files.createDirectories(directory.resolve("data/spool"));
        Files.writeString(spool.resolve("journal"), "not a directory");

        Product.Ran ran = runFor("example.test", "--listen", "127.0.0.1:0");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).startsWith("backupmx: the spool at " + spool + " cannot be opened: ");
        assertThat(ran.err().lines()).as(ran.err()).hasSize(1);
    }

    @Test
    void unparsableConfigurationIsToldWithItsLine() throws IOException {
        Path config =
                Files.writeString(directory.resolve("backupmx.yaml"), "domains:\n  example.test: [mx1\nretry: x\n");

        Product.Ran ran = run();

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith(config.getFileName() + " line 3, column 6: not YAML: ");
        assertThat(ran.err().lines()).as(ran.err()).hasSize(1);
    }

    @Test
    void everyMistakeIsToldAtOnce() throws IOException {
        Files.writeString(directory.resolve("transport"), "example.test smtp:[mx1.example.test\n");
        Files.writeString(directory.resolve("backupmx.yaml"), """
                relay_domains: nowhere
                transport: transport
                domains:
                  example.test: mx1.example.test
                ingres:
                  listen: 127.0.0.1:0
                retry:
                  delays: [5]
                """);

        Product.Ran ran = run();

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines().toList())
                .as(ran.err())
                .anySatisfy(line -> assertThat(line).contains("ingres", "ingress"))
                .anySatisfy(line -> assertThat(line).contains("retry.delays", "5"))
                .anySatisfy(line -> assertThat(line).contains("nowhere"))
                .noneSatisfy(line -> assertThat(line).contains("Exception"));
        assertThat(Product.run(directory, "check"))
                .as("check says the same")
                .isEqualTo(new Product.Ran(1, "", ran.err() + "3 problems\n"));
    }

    @Test
    void unreadableMapIsSaid() throws IOException {
        Files.createDirectory(directory.resolve("relay_recipients"));

        assertOneLine(
                runFor("example.test", "--set", "relay_recipients=relay_recipients"),
                "relay_recipients: relay_recipients is a directory without a file that counts");
        assertOneLine(
                runFor("example.test", "--set", "relay_recipients=missing"),
                "relay_recipients: missing cannot be read: no such file");
    }

    @Test
    void brokenMapIsSaidWithItsLine() throws IOException {
        Path map = Files.writeString(directory.resolve("transport"), "# routes\nexample.test smtp:[mx1.example.test\n");
        Files.writeString(directory.resolve("relay_domains"), "example.test x\n");

        Product.Ran ran = run("--set", "relay_domains=relay_domains", "--set", "transport=transport");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains(map.getFileName() + ":2: ").doesNotContain("Exception");
    }

    @Test
    void withoutConfigurationItSaysWhatToWrite() {
        Product.Ran ran = run();

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err())
                .startsWith("backupmx: nothing to back up: ")
                .contains("--domain example.org --primary", "domains:")
                .doesNotContain("Exception");
    }

    @Test
    void workerAndIngressNeedABroker() throws IOException {
        Path config = Files.writeString(directory.resolve("pair.yaml"), "domains:\n  example.test: 127.0.0.1:9\n");
        for (String command : List.of("worker", "ingress")) {
            assertOneLine(
                    Product.run(directory, command, "-c", config.toString()),
                    "backupmx: spool.broker: " + command
                            + " needs a broker, as in tcp://broker:61616 (run embeds one)");
            assertOneLine(
                    Product.run(directory, command, "-c", config.toString(), "--set", "spool.broker=broker:61616"),
                    "spool.broker: 'broker:61616' is not a broker's URL, as in tcp://broker:61616 (command line)");
            Path secret = directory.resolve("secret");
            assertOneLine(
                    Product.run(
                            directory,
                            command,
                            "-c",
                            config.toString(),
                            "--set",
                            "spool.broker=tcp://127.0.0.1:9",
                            "--set",
                            "spool.user=mx",
                            "--set",
                            "spool.password_file=" + secret,
                            "--set",
                            "ops.listen=127.0.0.1:0"),
                    "backupmx: spool.password_file: cannot read " + secret);
        }
    }

    @Test
    void runDoesNotPassOverABroker() {
        assertOneLine(
                runFor("example.test", "--set", "spool.broker=tcp://broker:61616?keyStorePassword=secret"),
                "backupmx: spool.broker: run embeds its own broker and would not use tcp://broker:61616:"
                        + " worker and ingress do");
    }

    @Test
    void pairWithOneDataDirectoryOrOneOpsPortIsTold() {
        String broker = "tcp://127.0.0.1:9";
        try (ServiceProcess worker = ServiceProcess.worker(directory.resolve("data"), broker)
                .backingUp("example.test", 9)
                .started()) {
            String[] ingress = {
                "ingress",
                "--listen",
                "127.0.0.1:0",
                "--set",
                "spool.broker=" + broker,
                "--set",
                "domains.example.test=127.0.0.1:9",
                "--set",
                "ops.listen=127.0.0.1:" + worker.opsPort(),
                "--data"
            };

            assertOneLine(
                    Product.run(directory, with(ingress, worker.data().toString())),
                    "backupmx: data: " + worker.data() + " is in use by process " + worker.pid()
                            + ": every process needs a data directory of its own (--data)");
            assertOneLine(
                    Product.run(
                            directory, with(ingress, directory.resolve("other").toString())),
                    "backupmx: ops.listen: cannot listen on 127.0.0.1:" + worker.opsPort()
                            + ": another program listens there already");
        }
    }

    private static String[] with(String[] arguments, String last) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add(last);
        return all.toArray(String[]::new);
    }

    @Test
    void commandsSayWhenNothingRuns() {
        for (String command : List.of("mailq", "flush")) {
            Product.Ran ran = Product.run(directory, command);

            assertThat(ran.exitCode()).as(command).isEqualTo(1);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err()).startsWith("backupmx: no Backup MX answers for the data directory ");
            assertThat(ran.err().lines()).hasSize(1);
        }
    }
}
