package io.backupmx.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A Postfix of its own in a directory of its own, beside whatever Postfix the machine runs. Its settings are Postfix's
 * defaults but for names, places and what is asked for. Needs root, as Postfix does.
 */
final class PostfixInstance implements AutoCloseable {

    private static final String PACKAGE = "postfix";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path directory;
    private final int port;
    private Optional<RunningProgram> master = Optional.empty();

    private PostfixInstance(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /**
     * Lays it out; it does not run yet.
     *
     * @param parent where its directory is made; on a real disk when speed is measured
     * @param settings of main.cf, in which {@code @dir@} is its directory
     */
    static PostfixInstance create(Path parent, String hostName, Map<String, String> settings) {
        Programs.require("postfix", PACKAGE);
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new AssertionError("a Postfix can be started by root only");
        }
        try {
            Path directory = Files.createTempDirectory(parent, "postfix");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            PostfixInstance instance = new PostfixInstance(directory, Ports.free());
            instance.layOut(hostName, settings);
            return instance;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void layOut(String hostName, Map<String, String> settings) throws IOException {
        Files.createDirectory(configuration());
        Files.createDirectory(directory.resolve("queue"));
        ownedBy("postfix", "data");
        Map<String, String> all = new LinkedHashMap<>();
        all.put("compatibility_level", "3.6");
        all.put("queue_directory", "@dir@/queue");
        all.put("data_directory", "@dir@/data");
        all.put("maillog_file", log().toString());
        all.put("maillog_file_prefixes", "@dir@");
        all.put("myhostname", hostName);
        all.put("mydestination", "");
        all.put("alias_maps", "");
        all.put("alias_database", "");
        all.put("inet_interfaces", "127.0.0.1");
        all.put("inet_protocols", "ipv4");
        all.putAll(settings);
        StringBuilder main = new StringBuilder();
        all.forEach((name, value) -> main.append(name)
                .append(" = ")
                .append(value.replace("@dir@", directory.toString()))
                .append('\n'));
        Files.writeString(configuration().resolve("main.cf"), main);
        Files.writeString(configuration().resolve("master.cf"), masterCf().replace("@smtpd@", "127.0.0.1:" + port));
        Files.createFile(configuration().resolve("dynamicmaps.cf"));
    }

    private static String masterCf() throws IOException {
        try (InputStream in = PostfixInstance.class.getResourceAsStream("postfix-master.cf")) {
            if (in == null) {
                throw new IOException("postfix-master.cf is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** Makes a directory in its own that belongs to {@code user}. */
    Path ownedBy(String user, String name) {
        try {
            Path made = Files.createDirectory(directory.resolve(name));
            Files.setOwner(
                    made, made.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    Path directory() {
        return directory;
    }

    /** Starts it, on the queue it had when it was stopped; returns when it accepts connections. */
    void start() {
        if (master.isPresent()) {
            return;
        }
        postfix("postfix", "check");
        Path program = Path.of(setting("daemon_directory"), "master");
        // In a process group of its own, which it signals as a whole when it ends.
        RunningProgram running = Programs.require("setsid", "util-linux")
                .start(program.toString(), "-c", configuration().toString(), "-d");
        master = Optional.of(running);
        try {
            Ports.awaitListening(port, PATIENCE);
        } catch (AssertionError e) {
            stop();
            throw new AssertionError("Postfix did not start:\n" + running.output() + logText(), e);
        }
    }

    /** Stops it and all its processes, which have its listening socket in common; the queue stays. */
    void stop() {
        if (master.isEmpty()) {
            return;
        }
        List<ProcessHandle> processes = processes();
        master.get().close();
        master = Optional.empty();
        Deadline deadline = Deadline.in(PATIENCE);
        while (processes.stream().anyMatch(ProcessHandle::isAlive) || Ports.accepts(port)) {
            if (deadline.isOver()) {
                throw new AssertionError("Postfix did not stop:\n" + logText());
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** The processes it consists of now, the master first. */
    List<ProcessHandle> processes() {
        return master.flatMap(running -> ProcessHandle.of(running.pid()))
                .map(handle ->
                        Stream.concat(Stream.of(handle), handle.descendants()).toList())
                .orElse(List.of());
    }

    /** Runs one of Postfix's programs on it, and returns what that says. */
    String postfix(String program, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "-c";
        all[1] = configuration().toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Programs.require(program, PACKAGE).run(PATIENCE, all).succeeded().output();
    }

    private String setting(String name) {
        return postfix("postconf", "-h", name).strip();
    }

    private Path configuration() {
        return directory.resolve("conf");
    }

    private Path log() {
        return directory.resolve("mail.log");
    }

    /** Its mail log so far. */
    String logText() {
        try {
            return Files.exists(log()) ? Files.readString(log(), StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it and deletes its directory. */
    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
