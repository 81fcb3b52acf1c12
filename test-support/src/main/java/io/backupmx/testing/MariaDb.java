package io.backupmx.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A MariaDB with the user root, who has no password. */
public final class MariaDb {

    private static final String PACKAGE = "mariadb-server-core";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path SCRIPTS = Path.of("/usr/share/mysql");

    private MariaDb() {}

    /** Lays it out, as mariadb-install-db would, which is in two packages; it does not run yet. */
    public static LoopbackServer create() {
        Program server = Programs.require("mariadbd", PACKAGE);
        Path directory = LoopbackServer.newDirectory("mariadb");
        List<String> arguments = new ArrayList<>(List.of(
                "--no-defaults",
                "--user=" + System.getProperty("user.name"),
                "--datadir=" + directory.resolve("data"),
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-log-file-size=8M",
                "--innodb-buffer-pool-size=16M"));
        try {
            Files.createDirectory(directory.resolve("data"));
            List<String> bootstrap = new ArrayList<>(arguments);
            bootstrap.add("--bootstrap");
            server.run(PATIENCE, systemTables(), bootstrap.toArray(String[]::new))
                    .succeeded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int port = Ports.free();
        arguments.addAll(
                List.of("--bind-address=127.0.0.1", "--port=" + port, "--socket=" + directory.resolve("socket")));
        return new LoopbackServer(directory, port, "TERM", server, arguments);
    }

    private static byte[] systemTables() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("create database mysql;\nuse mysql;\n".getBytes(StandardCharsets.US_ASCII));
        for (String script :
                List.of("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")) {
            all.writeBytes(Files.readAllBytes(SCRIPTS.resolve(script)));
        }
        return all.toByteArray();
    }
}
