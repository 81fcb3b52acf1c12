package io.backupmx.ingress.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A password in the first line of a file, read for each connection, so that it may be changed. */
record PasswordFile(String key, Path file) {

    private static final int MAX_OCTETS = 4096;

    String read() throws SourceFailure {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_OCTETS), StandardCharsets.UTF_8);
            // An empty one would be no password: directories take it for "anonymous" (RFC 4513 §5.1.2).
            return text.lines()
                    .findFirst()
                    .filter(line -> !line.isEmpty())
                    .orElseThrow(() -> new SourceFailure(key + ": the first line of " + file + " is empty"));
        } catch (NoSuchFileException _) {
            throw new SourceFailure(key + ": " + file + " does not exist");
        } catch (AccessDeniedException _) {
            throw new SourceFailure(key + ": " + file + " may not be read: permission denied");
        } catch (IOException e) {
            throw new SourceFailure(key + ": " + file + " cannot be read", e);
        }
    }
}
