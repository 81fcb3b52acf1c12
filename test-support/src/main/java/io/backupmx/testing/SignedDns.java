package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two of BIND's servers: one has a zone {@code signed.test} and a zone {@code plain.test} that nobody has signed, the other asks it and
 * validates what it says.
 */
public final class SignedDns implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String PACKAGE = "bind9";
    private static final String SIGNED = "signed.test";

    private static final String OPTIONS = """
            options {
                directory "%1$s";
                listen-on port %2$d { 127.0.0.1; };
                listen-on-v6 { none; };
                pid-file "%3$s.pid";
                session-keyfile "%3$s.key";
                dnssec-validation %4$s;
                recursion %4$s;
                empty-zones-enable no;
                allow-transfer { none; };
                notify no;
                %5$s
            };
            controls { };
            """;

    private final Path directory;
    private final RunningProgram owner;
    private final RunningProgram validator;
    private final int port;

    private SignedDns(Path directory, RunningProgram owner, RunningProgram validator, int port) {
        this.directory = directory;
        this.owner = owner;
        this.validator = validator;
        this.port = port;
    }

    /**
     * Starts them.
     *
     * @param signed lines of the signed zone, names relative to it
     * @param forged of which text in the signed zone, once it is signed, another is made
     * @param plain lines of the other zone
     */
    public static SignedDns serving(String signed, String forged, String by, String plain) {
        Path directory = LoopbackServer.newDirectory("named");
        try {
            Files.writeString(directory.resolve("signed"), zone(signed));
            Files.writeString(directory.resolve("plain"), zone(plain));
            String key = sign(directory);
            Path result = directory.resolve("signed.signed");
            String text = Files.readString(result);
            if (!forged.isEmpty() && !text.contains(forged)) {
                throw new AssertionError("nothing to be forged in\n" + text);
            }
            Files.writeString(result, forged.isEmpty() ? text : text.replace(forged, by));

            int ownerPort = Ports.free();
            int port = Ports.free();
            Files.writeString(
                    directory.resolve("owner.conf"), OPTIONS.formatted(directory, ownerPort, "owner", "no", "") + """
                            zone "signed.test" { type primary; file "signed.signed"; };
                            zone "plain.test" { type primary; file "plain"; };
                            """);
            Files.writeString(
                    directory.resolve("validator.conf"),
                    OPTIONS.formatted(
                                    directory,
                                    port,
                                    "validator",
                                    "yes",
                                    "forward only; forwarders { 127.0.0.1 port " + ownerPort + "; };")
                            + "trust-anchors { \"" + SIGNED + "\" static-key " + key + "; };\n");
            RunningProgram owner = started(directory, "owner");
            try {
                return new SignedDns(directory, owner, started(directory, "validator"), port);
            } catch (AssertionError e) {
                owner.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String zone(String lines) {
        return """
                $TTL 60
                @ SOA ns nobody 1 3600 600 86400 5
                @ NS ns
                ns A 127.0.0.1
                """ + lines;
    }

    /** @return the key as a trust anchor has it */
    private static String sign(Path directory) throws IOException {
        Programs.require("dnssec-keygen", "bind9-utils")
                .run(PATIENCE, "-q", "-K", directory.toString(), "-a", "ECDSAP256SHA256", "-f", "KSK", SIGNED)
                .succeeded();
        Programs.require("dnssec-signzone", "bind9-utils")
                .run(
                        PATIENCE,
                        "-S",
                        "-z", // one key for all
                        "-Q",
                        "-K",
                        directory.toString(),
                        "-d",
                        directory.toString(),
                        "-o",
                        SIGNED,
                        "-f",
                        directory.resolve("signed.signed").toString(),
                        directory.resolve("signed").toString())
                .succeeded();
        try (Stream<Path> files = Files.list(directory)) {
            Path key = files.filter(file -> file.getFileName().toString().matches("K.*[.]key"))
                    .findFirst()
                    .orElseThrow();
            String record = Files.readString(key)
                    .lines()
                    .filter(line -> line.contains("DNSKEY"))
                    .findFirst()
                    .orElseThrow();
            List<String> fields = List.of(
                    record.substring(record.indexOf("DNSKEY") + 7).strip().split(" ", 4));
            return String.join(" ", fields.subList(0, 3)) + " \"" + fields.get(3) + "\"";
        }
    }

    private static RunningProgram started(Path directory, String name) {
        RunningProgram running = Programs.require("named", PACKAGE)
                .start("-g", "-n", "1", "-c", directory.resolve(name + ".conf").toString());
        try {
            running.awaitOutput("(?m) running$", PATIENCE);
            return running;
        } catch (AssertionError e) {
            running.close();
            throw e;
        }
    }

    /** Of the one that validates: {@code 127.0.0.1:5353}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** What both have logged. */
    public String log() {
        return owner.output() + validator.output();
    }

    @Override
    public void close() {
        validator.close();
        owner.close();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
