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

    @TempDir
    private Path directory;

    private ConfiguredRelayTables tables(String domains) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), "domains: {" + domains + "}\n");
        return RelayTablesLoader.load(ConfigLoader.load(Optional.of(file), Map.of(), Map.of()));
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
