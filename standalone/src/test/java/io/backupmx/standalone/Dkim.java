package io.backupmx.standalone;

import io.backupmx.testing.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/** Signs mail of client.example, and judges its signatures, with dkimpy, a key of its own, and no network. */
final class Dkim {

    private static final int KEY_BITS = 2048;

    private final Path key;
    private final Path record;

    private Dkim(Path key, Path record) {
        this.key = key;
        this.record = record;
    }

    /** Keeps its key in {@code directory}. */
    static Dkim keptIn(Path directory) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            KeyPair pair = generator.generateKeyPair();
            String pem = "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(pair.getPrivate().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
            String record = "v=DKIM1; k=rsa; p="
                    + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
            return new Dkim(
                    Files.writeString(directory.resolve("key.pem"), pem),
                    Files.writeString(directory.resolve("key.record"), record));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Itself below a signature that covers its body and each of its fields.
     *
     * @param header {@code simple} or {@code relaxed} (RFC 6376 §3.4), as {@code body}
     */
    byte[] signed(byte[] mail, String header, String body) {
        Program.Result result =
                python(mail, "sign", key.toString(), header, body).succeeded();
        return result.output().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What a verifier makes of {@code mail}: {@code holds}, or why it does not; a line for each signature. */
    String verdict(byte[] mail) {
        return python(mail, "verify", record.toString()).output().strip();
    }

    private static Program.Result python(byte[] mail, String... arguments) {
        return Python.run("dkim_mail.py", "dkim", "python3-dkim", mail, List.of(arguments));
    }
}
