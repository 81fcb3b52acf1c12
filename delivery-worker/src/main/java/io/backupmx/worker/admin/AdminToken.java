package io.backupmx.worker.admin;

import io.backupmx.ops.StartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What proves to the admin API that a caller may read this instance's data directory, or {@code ops.token_file}. It
 * survives restarts; deleting the data directory's gives a new one at the next start.
 */
public final class AdminToken {

    /** Its file within the data directory, readable by its owner only. */
    public static final String FILE = "admin-token";

    private static final int BITS = 256;

    /** Our own, and whatever long secret an operator or a container platform puts there. */
    private static final Pattern USABLE = Pattern.compile("[\\x21-\\x7e]{32,1024}");

    private final String value;

    private AdminToken(String value) {
        this.value = value;
    }

    /**
     * The token in {@code file}, which is somebody else's to keep, or else the one of {@code dataDirectory}.
     *
     * @throws StartException when there is none and none can be made
     */
    public static AdminToken of(Optional<Path> file, Path dataDirectory) {
        if (file.isEmpty()) {
            return ensure(dataDirectory);
        }
        try {
            return read(file.get());
        } catch (IOException e) {
            throw new StartException("ops.token_file: " + file.get() + ": " + e.getMessage(), e);
        }
    }

    /**
     * The token of the instance at {@code dataDirectory}, made when there is none.
     *
     * @throws StartException when it can be neither read nor made
     */
    public static AdminToken ensure(Path dataDirectory) {
        Path file = dataDirectory.resolve(FILE);
        try {
            if (Files.notExists(file)) {
                byte[] random = new byte[BITS / 8];
                new SecureRandom().nextBytes(random);
                PrivateFile.write(file, HexFormat.of().formatHex(random) + "\n");
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(PrivateFile.MODE));
            return read(file);
        } catch (IOException e) {
            throw new StartException(file + ": the admin token cannot be kept there: " + e, e);
        }
    }

    /** @throws IOException whose message is for operators */
    public static AdminToken read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException("permission denied", e);
        }
        if (!USABLE.matcher(text).matches()) {
            throw new IOException("it holds no token (32 or more visible ASCII characters)");
        }
        return new AdminToken(text);
    }

    /** For an {@code Authorization: Bearer} header. */
    public String value() {
        return value;
    }

    /** In a time that does not tell how much of {@code presented} was right. */
    boolean matches(String presented) {
        return MessageDigest.isEqual(digest(value), digest(presented));
    }

    /** Keeps the value out of logs. */
    @Override
    public String toString() {
        return "AdminToken";
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
