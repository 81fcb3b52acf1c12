package io.backupmx.reload;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.backupmx.config.ConfigLoader;
import io.backupmx.route.ConfiguredRelayTables;
import io.backupmx.route.RelayTablesLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start says of tables that are smaller than they were. */
final class LastTablesTest {

    private static final int LIMIT = 30;
    private static final String UNLISTED = ", unlisted_recipients: accept";

    @TempDir
    private Path directory;

    private ConfiguredRelayTables tables(String domains) throws IOException {
        return load("domains: {" + domains + "}\n");
    }

    private Path file() {
        return directory.resolve("tables");
    }

    @Test
    void whatIsGoneIsSaidAtTheNextStart() throws IOException {
        new LastTables(file())
                .remember(tables("gone.test: mx, open.test: mx, less.test: {primary: mx, recipients: [a, b, c]}, "
                        + "asked.test: {primary: mx, recipient_sources: [known, primary]}, "
                        + "one.test: {primary: mx, recipients: [a, b, c, d]}"));

        ConfiguredRelayTables now =
                tables("open.test: {primary: mx, recipients: [a]}, less.test: {primary: mx, recipients: [a]}, "
                        + "asked.test: {primary: mx, recipients: []}, one.test: {primary: mx, recipients: [a, b, x]}");

        assertThat(new LastTables(file()).shrinkages(now, LIMIT))
                .extracting(Object::toString)
                .containsExactlyInAnyOrder(
                        "gone.test: no longer backed up, had every address",
                        "open.test: from every address to 1 recipient",
                        "less.test: from 3 recipients to 1 recipient, 2 gone",
                        "asked.test: from whom known, primary knows to 0 recipients");
        try (LogLines log = LogLines.of(LastTables.class)) {
            new LastTables(file()).compare(now, LIMIT);
            assertThat(log.from(Level.ERROR))
                    .singleElement()
                    .asString()
                    .startsWith("started with tables that have lost");
        }
    }

    @Test
    void networksAndListsOfDomainsThatAreNotConfiguredAreRememberedToo() throws IOException {
        Files.writeString(directory.resolve("recipients"), "a@a.test x\nx@sub.a.test x\ny@else.test x\n");
        Files.writeString(directory.resolve("fewer"), "a@a.test x\n");
        String yaml = "domains: {a.test: {primary: mx, subdomains: accept}}\nrelay_recipients: %s\n";
        String mx = "permit_mx_backup: {networks: [%s]" + UNLISTED + "}\n";
        String wide = mx.formatted("192.0.2.0/24, '2001:db8::/32'");

        new LastTables(file()).remember(load(yaml.formatted("recipients") + wide));

        assertThat(new LastTables(file()).shrinkages(load(yaml.formatted("recipients") + wide), LIMIT))
                .isEmpty();
        assertThat(new LastTables(file()).shrinkages(load(yaml.formatted("recipients")), LIMIT))
                .extracting(Object::toString)
                .containsExactly("permit_mx_backup: from 192.0.2.0/24, 2001:db8:0:0:0:0:0:0/32 to no networks");
        assertThat(new LastTables(file())
                        .shrinkages(load(yaml.formatted("fewer") + mx.formatted("192.0.2.0/24")), LIMIT))
                .extracting(Object::toString)
                .containsExactlyInAnyOrder(
                        "permit_mx_backup: from 192.0.2.0/24, 2001:db8:0:0:0:0:0:0/32 to 192.0.2.0/24",
                        "sub.a.test: from 1 recipient to 0 recipients, 1 gone",
                        "else.test: from 1 recipient to every address (nobody is listed), 1 gone");
    }

    private ConfiguredRelayTables load(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), yaml);
        return RelayTablesLoader.load(ConfigLoader.load(Optional.of(file), Map.of(), Map.of()));
    }

    @Test
    void nothingIsSaidOfAFirstStartNorOfMoreNorOfWhatNobodyUnderstands() throws IOException {
        ConfiguredRelayTables now = tables("a.test: {primary: mx, recipients: [a, b]}");
        LastTables last = new LastTables(file());
        assertThat(last.shrinkages(now, LIMIT)).isEmpty();

        last.remember(tables("a.test: {primary: mx, recipients: [a]}"));
        assertThat(last.shrinkages(now, LIMIT)).isEmpty();
        assertThat(Files.list(directory)).doesNotContain(directory.resolve("tables.new"));

        Files.writeString(file(), "a.test\tlisted\t99999999999\na.test\tother\t5\nnothing\n\n");
        assertThat(last.shrinkages(now, LIMIT)).isEmpty();

        Files.write(file(), new byte[] {'a', (byte) 0xff, '\t'});
        assertThat(last.shrinkages(now, LIMIT)).isEmpty();
    }

    @Test
    void aDirectoryThatTakesNothingStopsNobody() throws IOException {
        Path nowhere = directory.resolve("missing/tables");
        try (LogLines log = LogLines.of(LastTables.class)) {
            new LastTables(nowhere).remember(tables("a.test: mx"));
            assertThat(log.from(Level.WARN)).hasSize(1);
        }
    }
}
