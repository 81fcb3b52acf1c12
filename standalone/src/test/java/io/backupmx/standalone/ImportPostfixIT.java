package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Dialogue;
import io.backupmx.testing.ScriptedPrimary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Postfix as tutorials have told to set it up since 2008, moved over in three commands. */
class ImportPostfixIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void whatWasImportedPassesTheCheckAndRuns() throws IOException {
        try (ScriptedPrimary primary = ScriptedPrimary.started()) {
            Path file = imported(primary.port());

            Product.Ran check = Product.run(directory, "check", "-c", file.toString());
            assertThat(check.succeeded().out())
                    .contains("name       mx2.example.net\n")
                    .contains("backs up   example.test -> smtp:[127.0.0.1]:" + primary.port() + "\n")
                    .doesNotContain("warning");

            Path data = Files.createDirectory(directory.resolve("data"));
            try (ServiceProcess product = ServiceProcess.run(data).config(file).started()) {
                Dialogue.of("""
                        S: 220 mx2.example.net ESMTP Go away
                        C: EHLO client.example
                        S: 250 *
                        C: MAIL FROM:<carol@client.example>
                        S: 250 2.1.0 *
                        C: RCPT TO:<alice@example.test>
                        S: 250 2.1.5 *
                        C: RCPT TO:<alice+box@example.test>
                        S: 250 2.1.5 *
                        C: RCPT TO:<nobody@example.test>
                        S: 550 5.1.1 *
                        C: RCPT TO:<gone@example.test>
                        S: 550 5.1.6 <gone@example.test>: Recipient address rejected: moved away
                        C: RCPT TO:<root@mx2.example.net>
                        S: 554 5.7.1 *
                        C: DATA
                        S: 354 *
                        C: Subject: moved over
                        C:
                        C: .
                        S: 250 2.0.0 *
                        """).against(product.smtpPort());
                assertThat(primary.awaitMails(1, SOON).getFirst().recipients())
                        .containsExactly("alice@example.test", "alice+box@example.test");
            }
        }
    }

    private Path imported(int primaryPort) throws IOException {
        Path postfix = Files.createDirectory(directory.resolve("postfix"));
        Files.writeString(postfix.resolve("transport"), """
                example.test        smtp:[127.0.0.1]:%d
                gone@example.test   error:5.1.6 moved away
                """.formatted(primaryPort));
        Files.writeString(postfix.resolve("relay_recipients"), "alice@example.test x\ngone@example.test x\n");
        Files.writeString(postfix.resolve("main.cf"), """
                smtpd_banner = $myhostname ESMTP Go away
                biff = no
                myhostname = mx2.example.net
                mydestination = $myhostname, localhost.$mydomain, localhost
                mynetworks = 127.0.0.0/8
                recipient_delimiter = +
                relay_domains = $mydestination, example.test
                relay_recipient_maps = hash:$config_directory/relay_recipients
                transport_maps = hash:$config_directory/transport
                smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
                """);
        Path file = directory.resolve("backupmx.yaml");
        Product.Ran ran = Product.run(directory, "import-postfix", postfix.toString(), "-o", file.toString());
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(3); // the subdomains have no line
        assertThat(ran.err()).contains(" 1 need attention, ");
        return file;
    }
}
