package io.backupmx.standalone;

import io.backupmx.testing.Program;
import io.backupmx.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Debian's Exim as somebody's mail server that has mail for us, with its stock manners: TLS, PIPELINING, and chunks rather than
 * DATA. A run takes one mail and tries once to hand it over. Needs root, as Exim does.
 */
final class EximSender implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String USER = "Debian-exim";
    private static final String CONFIGURATION = """
            exim_path = PROGRAM
            primary_hostname = exim.client.example
            qualify_domain = client.example
            keep_environment =
            spool_directory = DIR/spool
            log_file_path = DIR/%slog
            log_selector = +all_parents +smtp_confirmation +tls_cipher +pipelining +delivery_size
            never_users =
            local_interfaces = <; 127.0.0.1
            begin routers
            backup:
              driver = manualroute
              route_list = * 127.0.0.1::PORT
              self = send
              transport = backup
            begin transports
            backup:
              driver = smtp
              hosts_require_tls = *
              tls_verify_hosts = :
              tls_try_verify_hosts = :
              OPTIONS
            begin retry
            * * F,1h,1h
            """;

    private final Program exim = Programs.unpacked("exim4");
    private final Path directory;

    private EximSender(Path directory) {
        this.directory = directory;
    }

    /** @param options of its transport, such as {@code hosts_try_chunking = :} */
    static EximSender to(int port, String... options) {
        try {
            Path directory = Files.createTempDirectory("exim");
            EximSender sender = new EximSender(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            ownedByExim(directory);
            ownedByExim(Files.createDirectory(directory.resolve("spool")));
            Files.writeString(
                    sender.configuration(),
                    CONFIGURATION
                            .replace("PROGRAM", sender.exim.path().toString())
                            .replace("DIR", directory.toString())
                            .replace("PORT", String.valueOf(port))
                            .replace("OPTIONS", String.join("\n  ", options)));
            return sender;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ownedByExim(Path path) throws IOException {
        Files.setOwner(
                path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
    }

    /** Tries to hand it over; what its log has of that. */
    String send(byte[] content, List<String> recipients) {
        List<String> arguments = new ArrayList<>(List.of("-C", configuration().toString()));
        arguments.addAll(List.of("-odi", "-oi", "-f", Sender.FROM));
        arguments.addAll(recipients);
        exim.run(PATIENCE, content, arguments.toArray(String[]::new)).succeeded();
        try {
            Path log = directory.resolve("mainlog");
            String said = Files.readString(log, StandardCharsets.ISO_8859_1);
            Files.delete(log);
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path configuration() {
        return directory.resolve("exim.conf");
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
