package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Debian's OpenSMTPD: no PIPELINING, nothing but messages as RFC 5322 has them, ten mails a session.
 *
 * <p>Its users, its queue and its socket are where it was compiled to find them: so its root is a directory of its own, into
 * which the system's libraries are mounted, for its processes only (mount_namespaces(7)). The system sees none of it.
 */
public final class OpenSmtpdPrimary implements ForeignPrimary {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Mails of one session; its own default is 100. */
    public static final int MAX_MAILS = 10;

    /** Mounts {@code $2} at {@code $3}, and so on, and becomes OpenSMTPD in {@code $1}: end its process, and all is gone. */
    private static final String START = """
            root=$1
            shift
            while [ $# -gt 0 ]; do
              mount --bind -o ro "$1" "$2"
              shift 2
            done
            exec chroot "$root" /usr/sbin/smtpd -d
            """;

    private static final String CONFIGURATION = """
            pki primary.example cert "/etc/primary.pem"
            pki primary.example key "/etc/primary.pem"
            smtp limit max-mails @MAX_MAILS@
            @TOLD@
            table users { "@USER@" = "vmail", "@LATER@" = "vmail" }
            table later { @LATERS@ }
            filter stranger phase connect match !rdns disconnect "550 5.7.1 nobody knows you"
            filter stranger_ehlo phase ehlo match !rdns disconnect "550 5.7.1 nobody knows you"
            filter later phase rcpt-to match rcpt-to <later> reject "450 4.2.1 moving house"
            listen on 127.0.0.1 port @PORT@ tls pki primary.example hostname primary.example filter { @FILTERS@ }
            listen on @ADDRESS@ port @PORT@ tls pki primary.example hostname primary.example filter { @FILTERS@ }
            action inbox maildir "/var/mail/inbox" virtual <users>
            """;

    private final Path root = Trees.make("opensmtpd-primary");
    private final Map<Path, Path> mounts = new LinkedHashMap<>();
    private final Maildir inbox = new Maildir(root.resolve("var/mail/inbox"), List.of("Return-Path:", "Delivered-To:"));
    private final StringBuilder earlier = new StringBuilder();
    private final int port = Ports.free();
    private Optional<RunningProgram> daemon = Optional.empty();

    private OpenSmtpdPrimary() {}

    /** One that does not run yet. */
    public static OpenSmtpdPrimary stopped(Setup setup) {
        OpenSmtpdPrimary primary = new OpenSmtpdPrimary();
        try {
            primary.layOut();
            primary.configure(setup);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return primary;
    }

    private void layOut() throws IOException {
        Path program = Programs.unpacked("smtpd").path();
        for (String ofSystem : List.of("/bin", "/dev", "/lib", "/lib64", "/usr/lib")) {
            if (Files.isDirectory(Path.of(ofSystem))) {
                mount(Path.of(ofSystem), ofSystem.substring(1));
            }
        }
        mount(program.resolveSibling("../sbin"), "usr/sbin");
        mount(program.resolveSibling("../libexec"), "usr/libexec");
        for (String made : List.of("etc", "tmp", "var/run", "var/spool/smtpd", "var/lib/opensmtpd/empty", "var/mail")) {
            Files.createDirectories(root.resolve(made));
        }
        Files.setPosixFilePermissions(root.resolve("var/spool/smtpd"), PosixFilePermissions.fromString("rwx--x--x"));
        Trees.ownedBy("nobody", root.resolve("var/mail"));
        write("etc/passwd", """
                root:x:0:0::/:/bin/sh
                opensmtpd:x:64901:64901::/var/lib/opensmtpd/empty:/bin/false
                opensmtpq:x:64902:64902::/var/lib/opensmtpd/empty:/bin/false
                vmail:x:65534:65534::/var/mail:/bin/sh
                """);
        write("etc/group", "root:x:0:\nopensmtpd:x:64901:\nopensmtpq:x:64902:\nvmail:x:65534:\n");
        write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
        write("etc/hosts", "127.0.0.1 localhost\n");
        write("etc/mailname", "primary.example\n");
    }

    private void mount(Path source, String at) throws IOException {
        mounts.put(source, Files.createDirectories(root.resolve(at)));
    }

    private void configure(Setup setup) throws IOException {
        Path certificate = Files.copy(setup.certificate(), root.resolve("etc/primary.pem"));
        Files.setPosixFilePermissions(certificate, PosixFilePermissions.fromString("rw-------"));
        List<String> filters = new ArrayList<>(setup.told().stream()
                .filter(line -> line.startsWith("filter "))
                .map(line -> line.split(" ", -1)[1])
                .toList());
        filters.addAll(List.of("stranger", "stranger_ehlo", "later"));
        StringBuilder text = new StringBuilder(CONFIGURATION
                .replace("@MAX_MAILS@", String.valueOf(MAX_MAILS))
                .replace("@TOLD@", String.join("\n", setup.told()))
                .replace("@USER@", USER)
                .replace("@LATERS@", String.join(", ", quotedLaters(setup.domains())))
                .replace("@LATER@", LATER)
                .replace("@FILTERS@", String.join(", ", filters))
                .replace("@ADDRESS@", ADDRESS)
                .replace("@PORT@", String.valueOf(port)));
        for (String domain : setup.domains()) {
            text.append("match from any for domain \"").append(domain).append("\" action inbox\n");
        }
        write("etc/smtpd.conf", text.toString());
    }

    private static List<String> quotedLaters(List<String> domains) {
        return domains.stream()
                .map(domain -> "\"" + LATER + "@" + domain + "\"")
                .toList();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(root.resolve(name), text);
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
        List<String> arguments = new ArrayList<>(List.of("-m", "sh", "-ec", START, "opensmtpd", root.toString()));
        mounts.forEach((source, at) -> arguments.addAll(List.of(source.toString(), at.toString())));
        RunningProgram running = Programs.require("unshare", "util-linux").start(arguments.toArray(String[]::new));
        daemon = Optional.of(running);
        try {
            Ports.awaitListening(port, PATIENCE);
        } catch (AssertionError e) {
            stop();
            throw new AssertionError("OpenSMTPD did not start:\n" + log(), e);
        }
    }

    @Override
    public void stop() {
        daemon.ifPresent(running -> {
            running.close();
            earlier.append(running.output());
        });
        daemon = Optional.empty();
        Ports.awaitClosed(port, PATIENCE);
    }

    @Override
    public List<byte[]> received() {
        return inbox.received();
    }

    @Override
    public String log() {
        return earlier + daemon.map(RunningProgram::output).orElse("");
    }

    /** What is mounted is not seen here; should it be after all, deleting that fails, and nothing else is deleted. */
    @Override
    public void close() {
        stop();
        try {
            for (Path at : mounts.values()) {
                Files.delete(at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Trees.delete(root);
    }
}
