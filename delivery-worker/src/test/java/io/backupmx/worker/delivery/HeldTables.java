package io.backupmx.worker.delivery;

import io.backupmx.route.CheckedConfig;
import io.backupmx.route.RelayTables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Tables of {@code held.test} and {@code free.test}, whose primary is one on this machine. */
final class HeldTables {

    private HeldTables() {}

    static RelayTables free(Path directory, int port) {
        return tables(directory, port, "");
    }

    static RelayTables held(Path directory, int port) {
        return tables(directory, port, ", hold: new disks");
    }

    private static RelayTables tables(Path directory, int port, String hold) {
        return of(directory, """
                domains:
                  held.test: {primary: "127.0.0.1:%1$d", subdomains: accept%2$s}
                  free.test: "127.0.0.1:%1$d"
                """.formatted(port, hold));
    }

    static RelayTables of(Path directory, String yaml) {
        try {
            Path file = Files.writeString(directory.resolve("backupmx.yaml"), yaml);
            return CheckedConfig.load(Optional.of(file), Map.of(), Map.of()).tables();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
