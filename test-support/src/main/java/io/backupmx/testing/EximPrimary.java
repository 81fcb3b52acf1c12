package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Debian's Exim, with its stock manners: pipelining it insists on being right, TLS, SMTPUTF8; and with DSN. */
public final class EximPrimary implements ForeignPrimary {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ACCOUNT = "Debian-exim";

    /** In SMTPUTF8 only. */
    public static final String UTF8_USER = "k\u00e4the";

    private static final String CONFIGURATION = """
            exim_path = @PROGRAM@
            primary_hostname = primary.example
            keep_environment =
            spool_directory = @DIR@/spool
            log_file_path = @DIR@/log-%s
            log_selector = +pipelining +tls_cipher +smtp_protocol_error +smtp_syntax_error
            never_users =
            local_interfaces = <; 127.0.0.1 ; @ADDRESS@
            daemon_smtp_ports = @PORT@
            domainlist local_domains = @DOMAINS@
            domainlist relay_to_domains =
            tls_certificate = @DIR@/certificate
            dsn_advertise_hosts = *
            acl_smtp_rcpt = acl_check_rcpt
            @MAIN@
            begin acl
            acl_check_rcpt:
              deny message = 5.7.1 relay not permitted
                   !domains = +local_domains
              deny message = 5.1.1 no such user
                   !verify = recipient
              defer message = 450 4.2.1 moving house
                   local_parts = @LATER@
            @ACL@
              deny message = 5.7.1 nobody knows you
                   !hosts = 127.0.0.1
              accept
            begin routers
            users:
              driver = accept
              local_parts = @USERS@
              transport = inbox
            begin transports
            inbox:
              driver = appendfile
              directory = @DIR@/mail/inbox
              maildir_format
              user = @ACCOUNT@
            begin retry
            * * F,1h,1h
            """;

    private final Program exim = Programs.unpacked("exim4");
    private final Path directory = Trees.make("exim-primary");
    private final Maildir inbox = new Maildir(directory.resolve("mail/inbox"), List.of());
    private final int port = Ports.free();
    private Optional<RunningProgram> daemon = Optional.empty();

    private EximPrimary() {}

    /** One that does not run yet. */
    public static EximPrimary stopped(Setup setup) {
        EximPrimary primary = new EximPrimary();
        try {
            primary.layOut(setup);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return primary;
    }

    private void layOut(Setup setup) throws IOException {
        Trees.ownedBy(ACCOUNT, directory);
        for (String name : List.of("spool", "mail")) {
            Trees.ownedBy(ACCOUNT, Files.createDirectory(directory.resolve(name)));
        }
        Trees.ownedBy(ACCOUNT, Files.copy(setup.certificate(), directory.resolve("certificate")));
        Files.writeString(
                configuration(),
                CONFIGURATION
                        .replace("@MAIN@", String.join("\n", main(setup.told())))
                        .replace("@ACL@", String.join("\n", acl(setup.told())))
                        .replace("@PROGRAM@", exim.path().toString())
                        .replace("@DIR@", directory.toString())
                        .replace("@ADDRESS@", ADDRESS)
                        .replace("@PORT@", String.valueOf(port))
                        .replace("@DOMAINS@", String.join(" : ", setup.domains()))
                        .replace("@USERS@", String.join(" : ", USER, LATER, UTF8_USER))
                        .replace("@LATER@", LATER)
                        .replace("@ACCOUNT@", ACCOUNT));
    }

    /** Of the lines that it is told those that are settings. */
    private static List<String> main(List<String> told) {
        List<String> lines = new ArrayList<>(told);
        lines.removeAll(acl(told));
        return lines;
    }

    /** And the one statement of an ACL among them, with its conditions. */
    private static List<String> acl(List<String> told) {
        return told.stream()
                .dropWhile(line -> !line.startsWith("accept "))
                .takeWhile(line -> line.startsWith("accept ") || line.startsWith(" "))
                .toList();
    }

    private Path configuration() {
        return directory.resolve("exim.conf");
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void start() {
        if (daemon.isPresent()) {
            return;
        }
        RunningProgram running = exim.start(
                "-C",
                configuration().toString(),
                "-bdf",
                "-q1h",
                "-oP",
                directory.resolve("pid").toString());
        daemon = Optional.of(running);
        try {
            Ports.awaitListening(port, PATIENCE);
        } catch (AssertionError e) {
            stop();
            throw new AssertionError("Exim did not start:\n" + running.output() + log(), e);
        }
    }

    @Override
    public void stop() {
        daemon.ifPresent(RunningProgram::close);
        daemon = Optional.empty();
        Ports.awaitClosed(port, PATIENCE); // its sessions have its socket, too
    }

    @Override
    public List<byte[]> received() {
        return inbox.received();
    }

    @Override
    public String log() {
        StringBuilder all = new StringBuilder();
        for (String name : List.of("log-main", "log-panic")) {
            try {
                Path log = directory.resolve(name);
                all.append(Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        stop();
        Trees.delete(directory);
    }
}
