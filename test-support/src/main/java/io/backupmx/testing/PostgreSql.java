package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL that keeps nothing for long, with the superuser {@link #OWNER}. */
public final class PostgreSql {

    public static final String OWNER = "owner";
    public static final String PASSWORD = "owner's secret";

    private static final String PACKAGE = "postgresql";
    private static final String USER = "postgres";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private PostgreSql() {}

    /** Lays it out; it does not run yet. Its server refuses to be root's: for root it is Debian's user for it. */
    public static LoopbackServer create() {
        Path directory = LoopbackServer.newDirectory("postgresql");
        try {
            Path password = Files.writeString(directory.resolve("password"), PASSWORD);
            if (LoopbackServer.isRoot()) {
                for (Path path : List.of(directory, password)) {
                    Files.setOwner(
                            path,
                            path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
                }
            }
            String data = directory.resolve("data").toString();
            List<String> initialize = command(
                    "initdb",
                    "-D",
                    data,
                    "-U",
                    OWNER,
                    "--pwfile=" + password,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-sync");
            program(initialize).run(PATIENCE, arguments(initialize)).succeeded();
            int port = Ports.free();
            List<String> serve = command(
                    "postgres",
                    "-D",
                    data,
                    "-p",
                    String.valueOf(port),
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "unix_socket_directories=",
                    "-c",
                    "fsync=off");
            return new LoopbackServer(directory, port, "INT", program(serve), List.of(arguments(serve)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(String name, String... arguments) {
        List<String> command = new ArrayList<>();
        if (LoopbackServer.isRoot()) {
            command.add(Programs.require("setpriv", "util-linux").path().toString());
            command.addAll(List.of("--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        }
        command.add(find(name).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Program program(List<String> command) {
        return new Program(Path.of(command.getFirst()));
    }

    private static String[] arguments(List<String> command) {
        return command.subList(1, command.size()).toArray(String[]::new);
    }

    /** Debian has its programs in a directory for each version. */
    private static Path find(String name) {
        Path versions = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(versions)) {
            try (Stream<Path> all = Files.list(versions)) {
                return all.map(version -> version.resolve("bin").resolve(name))
                        .filter(Files::isExecutable)
                        .max(Comparator.naturalOrder())
                        .orElseGet(() -> Programs.require(name, PACKAGE).path());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Programs.require(name, PACKAGE).path();
    }
}
