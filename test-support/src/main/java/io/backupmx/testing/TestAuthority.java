package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** Somebody who issues certificates, kept by openssl in a directory. */
public final class TestAuthority {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final DateTimeFormatter ASN1 =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path directory;

    private TestAuthority(Path directory) {
        this.directory = directory;
    }

    /** @param directory is made for it */
    public static TestAuthority in(Path directory) {
        try {
            Files.createDirectory(directory);
            Files.createFile(directory.resolve("index"));
            Files.writeString(directory.resolve("serial"), "01\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TestAuthority authority = new TestAuthority(directory);
        authority.request("root", "nobody.example");
        authority.sign("root", "authority", true, Instant.now().plus(Duration.ofDays(1)));
        return authority;
    }

    /** Its own certificate. */
    public Path root() {
        return file("root", ".pem");
    }

    /** The private key and the certificate of a server, in one file; it is valid. */
    public Path issue(String host) {
        return issue(host, host, false, Instant.now().plus(Duration.ofDays(1)));
    }

    /** One of an hour ago. */
    public Path issueExpired(String host) {
        return issue(host, host, false, Instant.now().minus(Duration.ofHours(1)));
    }

    /** One that nobody but itself vouches for. */
    public Path selfSigned(String host) {
        return issue(host, host, true, Instant.now().plus(Duration.ofDays(1)));
    }

    private Path issue(String name, String host, boolean bySelf, Instant end) {
        request(name, host);
        sign(name, "server", bySelf, end);
        try {
            return Files.writeString(
                    file(name, ".both"), Files.readString(file(name, ".key")) + Files.readString(file(name, ".pem")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void request(String name, String host) {
        try {
            Files.writeString(directory.resolve("conf"), """
            [ca]
            default_ca = own
            [own]
            database = %1$s/index
            serial = %1$s/serial
            new_certs_dir = %1$s
            default_md = sha256
            policy = any
            unique_subject = no
            [any]
            commonName = supplied
            [authority]
            basicConstraints = critical,CA:TRUE
            keyUsage = critical,keyCertSign
            [server]
            basicConstraints = CA:FALSE
            extendedKeyUsage = serverAuth
            subjectAltName = DNS:%2$s
            """.formatted(directory, host));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        openssl(
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=test",
                "-keyout",
                file(name, ".key").toString(),
                "-out",
                file(name, ".csr").toString());
    }

    private void sign(String name, String extensions, boolean bySelf, Instant end) {
        List<String> command = new ArrayList<>(List.of(
                "ca",
                "-batch",
                "-notext",
                "-config",
                directory.resolve("conf").toString(),
                "-extensions",
                extensions,
                "-startdate",
                ASN1.format(end.minus(Duration.ofDays(2))),
                "-enddate",
                ASN1.format(end),
                "-in",
                file(name, ".csr").toString(),
                "-out",
                file(name, ".pem").toString()));
        command.addAll(
                bySelf
                        ? List.of("-selfsign", "-keyfile", file(name, ".key").toString())
                        : List.of(
                                "-cert",
                                root().toString(),
                                "-keyfile",
                                file("root", ".key").toString()));
        openssl(command.toArray(String[]::new));
    }

    /** What a record {@code TLSA 3 1 1} says of a file that {@link #issue} has made. */
    public String keyDigest(Path issued) {
        Path der = directory.resolve("key.der");
        openssl("pkey", "-in", issued.toString(), "-pubout", "-outform", "DER", "-out", der.toString());
        return digest(der);
    }

    /** What a record {@code TLSA 2 0 1} says of this authority. */
    public String rootDigest() {
        Path der = directory.resolve("root.der");
        openssl("x509", "-in", root().toString(), "-outform", "DER", "-out", der.toString());
        return digest(der);
    }

    private static String digest(Path file) {
        return openssl("dgst", "-sha256", "-r", file.toString()).output().split(" ", 2)[0];
    }

    private Path file(String name, String suffix) {
        return directory.resolve(name + suffix);
    }

    private static Program.Result openssl(String... arguments) {
        return Programs.require("openssl", "openssl").run(PATIENCE, arguments).succeeded();
    }
}
