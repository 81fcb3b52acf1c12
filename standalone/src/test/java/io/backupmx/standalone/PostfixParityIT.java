package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.PostfixSecondary;
import io.backupmx.testing.Reply;
import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same recipients to a real Postfix and to what {@code import-postfix} makes of its configuration: both say the same, but
 * for {@link PostfixDifference the differences} that docs/postfix.md argues for.
 */
@SystemTest
class PostfixParityIT {

    /** Either ends a session that only asks. */
    private static final int RECIPIENTS_OF_A_MAIL = 50;

    private static final int RECIPIENTS_OF_A_SESSION = 500;

    private static final String TRANSPORT = """
            example.org              smtp:[127.0.0.1]:9
            special@example.org      smtp:[127.0.0.1]:10
            gone@example.org         error:5.1.6 moved to elsewhere
            later@example.org        retry:4.2.1 moving house
            .example.org             relay:[127.0.0.1]:11
            exact.example.org        :[127.0.0.1]:submission
            star@exact.example.org   error:
            example.net              smtp:[127.0.0.1]:9, [127.0.0.1]:10
            error.test               error:no such domain
            alice@error.test         smtp:[127.0.0.1]:9
            retry.test               retry:
            """;

    private static final String RECIPIENTS = """
            Alice@example.org             x
            bob+list@example.org          x
            special@example.org           x
            gone@example.org              x
            later@example.org             x
            first.last@Example.Org        x
            "al ice"@example.org          x
            listed%route@example.org      x
            alice@sub.example.org         x
            bob+list@sub.example.org      x
            alice@exact.example.org       x
            star@exact.example.org        x
            @example.net                  x
            alice@error.test              x
            alice@other.test              x
            o'hara@example.org            x
            """;

    /** What a Postfix is told beside what all are told. */
    enum Setup {
        /** As the tutorials have it: nothing but one line for the domain. */
        TUTORIAL("""
                relay_domains = $mydestination, example.org
                mydestination = $myhostname, localhost
                transport_maps = texthash:DIR/one-line
                relay_recipient_maps = texthash:DIR/recipients
                """),
        FULL("""
                relay_domains = example.org, example.net, error.test, retry.test
                transport_maps = texthash:DIR/transport
                relay_recipient_maps = texthash:DIR/recipients
                recipient_delimiter = +
                """),
        EVERY_ADDRESS("""
                relay_domains = texthash:DIR/relay_domains
                transport_maps = texthash:DIR/star
                recipient_delimiter = +-
                """),
        EXACT_DOMAINS("""
                relay_domains = example.org, example.net
                parent_domain_matches_subdomains = mynetworks
                transport_maps = texthash:DIR/transport
                relay_recipient_maps = texthash:DIR/recipients
                recipient_delimiter = -
                """),
        RELAYHOST("""
                relay_domains = example.org, error.test
                relayhost = [127.0.0.1]:9
                relay_recipient_maps = texthash:DIR/recipients
                """),
        STOCK_RELAY_RESTRICTIONS("""
                relay_domains = example.org
                relayhost = [127.0.0.1]:9
                relay_recipient_maps = texthash:DIR/recipients
                smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination
                """);

        private final String mainCf;

        Setup(String mainCf) {
            this.mainCf = mainCf;
        }
    }

    @TempDir
    private Path directory;

    @BeforeEach
    void tables() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x")); // for Postfix' user
        Files.writeString(directory.resolve("transport"), TRANSPORT);
        Files.writeString(directory.resolve("one-line"), "example.org smtp:[127.0.0.1]:9\n");
        Files.writeString(directory.resolve("star"), TRANSPORT + "* smtp:[127.0.0.1]:12\n");
        Files.writeString(directory.resolve("recipients"), RECIPIENTS);
        Files.writeString(
                directory.resolve("relay_domains"), "example.org x\nexample.net x\nerror.test x\nretry.test x\n");
    }

    @ParameterizedTest
    @EnumSource
    void everyRecipientGetsTheSameAnswer(Setup setup) throws IOException {
        Map<String, String> settings = settings(setup);
        Map<String, Verdict> theirs;
        try (PostfixSecondary postfix = PostfixSecondary.stopped("example.org", 9, Path.of("/tmp"), settings)) {
            postfix.start();
            theirs = ask(postfix.port());
        }
        Map<String, Verdict> ours;
        Path data = Files.createDirectory(directory.resolve("data"));
        try (ServiceProcess product = ServiceProcess.run(data)
                .config(imported(settings))
                .set("ingress.client_limits.unknown_delay=0s")
                .started()) {
            ours = ask(product.smtpPort());
        }

        List<String> unexpected = new ArrayList<>();
        Set<PostfixDifference> met = new LinkedHashSet<>();
        theirs.forEach((recipient, postfix) -> {
            Verdict we = ours.get(recipient);
            if (!postfix.isSameAs(we)) {
                PostfixDifference.between(setup, recipient, postfix.status(), we.status())
                        .ifPresentOrElse(
                                met::add,
                                () -> unexpected.add(recipient + "\n    Postfix: " + postfix + "\n    we:      " + we));
            }
        });

        assertThat(theirs).hasSizeGreaterThan(1000);
        assertThat(String.join("\n", unexpected))
                .as(unexpected.size() + " of " + theirs.size() + " recipients")
                .isEmpty();
        assertThat(met).as("differences that were met").isEqualTo(PostfixDifference.of(setup));
    }

    private Map<String, String> settings(Setup setup) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("mynetworks", "192.0.2.0/24"); // not us
        settings.put("smtpd_relay_restrictions", "reject_unauth_destination");
        settings.put("smtpd_error_sleep_time", "0");
        settings.put("smtpd_soft_error_limit", "10000");
        settings.put("smtpd_hard_error_limit", "10000");
        settings.put("smtpd_junk_command_limit", "10000");
        settings.put("transport_maps", "");
        setup.mainCf
                .replace("DIR", directory.toString())
                .lines()
                .map(line -> line.split(" = ", 2))
                .forEach(parameter -> settings.put(parameter[0], parameter[1]));
        return settings;
    }

    /** As an operator does it. */
    private Path imported(Map<String, String> settings) throws IOException {
        Path mainCf = Files.writeString(
                directory.resolve("main.cf"),
                "myhostname = secondary.example\n"
                        + settings.entrySet().stream()
                                .map(entry -> entry.getKey() + " = " + entry.getValue() + "\n")
                                .collect(Collectors.joining()));
        Path file = directory.resolve("imported.yaml");
        Product.Ran ran = Product.run(directory, "import-postfix", mainCf.toString(), "-o", file.toString(), "--force");
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(3); // mynetworks alone deserves attention
        return file;
    }

    /** What was answered to RCPT, {@code 550 5.1.1 ...}. */
    record Verdict(String reply) {

        boolean isSameAs(Verdict other) {
            return reply.charAt(0) == other.reply.charAt(0) && status().equals(other.status());
        }

        /** The enhanced status, or the code alone. */
        String status() {
            String[] words = reply.split(" ", 3);
            return words.length > 1 && words[1].matches("\\d\\.\\d+\\.\\d+") ? words[1] : words[0];
        }

        @Override
        public String toString() {
            return reply;
        }
    }

    private static Map<String, Verdict> ask(int port) throws IOException {
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        ScriptedSmtpClient client = ScriptedSmtpClient.to(port);
        try {
            for (String recipient : RecipientCases.all()) {
                if (verdicts.size() % RECIPIENTS_OF_A_SESSION == 0) {
                    client.close();
                    client.connect();
                    assertThat(client.hello("client.example").code()).isEqualTo(250);
                }
                if (verdicts.size() % RECIPIENTS_OF_A_MAIL == 0) {
                    client.command("RSET");
                    assertThat(client.command("MAIL FROM:<bob@client.example>").code())
                            .isEqualTo(250);
                }
                Reply reply = client.command("RCPT TO:<" + recipient + ">");
                verdicts.put(recipient, new Verdict(reply.text()));
            }
        } finally {
            client.close();
        }
        return verdicts;
    }
}
