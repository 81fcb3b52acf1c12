package io.backupmx.ingress.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** A secret in the first line of a file, read each time, so that it may be changed (RFC 6750 §2.1). */
record BearerToken(Path file) {

    private static final int MAX_OCTETS = 8192;
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    String read() throws ListProblem {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_OCTETS), StandardCharsets.ISO_8859_1);
            String token = text.lines().findFirst().orElse("").strip();
            if (!TOKEN.matcher(token).matches()) {
                throw new ListProblem("token_file: the first line of " + file + " is not a token");
            }
            return token;
        } catch (IOException e) {
            throw new ListProblem("token_file cannot be read", e);
        }
    }
}
