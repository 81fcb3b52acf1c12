package io.backupmx.ingress.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A secret in the first line of a file, read each time it is needed, so that it may be changed.
 *
 * @param key of the configuration that names the file
 */
record SecretFile(String key, Path file) {

    private static final int MAX_OCTETS = 8192;

    /** What may stand in a header behind {@code Bearer} (RFC 6750 §2.1), and somewhat more. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    /** The line as it stands; white space may be a part of it. */
    String password() throws SourceFailure {
        String line = firstLine();
        if (line.isEmpty()) { // directories take none for "anonymous" (RFC 4513 §5.1.2)
            throw new SourceFailure(key + ": the first line of " + file + " is empty");
        }
        return line;
    }

    /** A bearer token: without the white space around it. */
    String token() throws SourceFailure {
        String token = firstLine().strip();
        if (!TOKEN.matcher(token).matches()) {
            throw new SourceFailure(key + ": the first line of " + file + " is not a token");
        }
        return token;
    }

    private String firstLine() throws SourceFailure {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_OCTETS), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        } catch (NoSuchFileException _) {
            throw new SourceFailure(key + ": " + file + " does not exist");
        } catch (AccessDeniedException _) {
            throw new SourceFailure(key + ": " + file + " may not be read: permission denied");
        } catch (IOException e) {
            throw new SourceFailure(key + ": " + file + " cannot be read", e);
        }
    }
}
