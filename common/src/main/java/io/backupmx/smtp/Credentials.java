package io.backupmx.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Who we are to a server that wants to know it (RFC 4954). Never shown: {@link #toString} names the user only. */
public record Credentials(String user, String password) {

    /** RFC 4616: no other identity is asked for. */
    public String plain() {
        return base64("\0" + user + "\0" + password);
    }

    public String base64User() {
        return base64(user);
    }

    public String base64Password() {
        return base64(password);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return user;
    }
}
