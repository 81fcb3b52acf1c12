package io.backupmx.tls;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of a PEM file (RFC 7468). What stands between blocks is passed over, as everybody does. */
final class Pem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+(.*?)-----END \\1-----", Pattern.DOTALL);

    private final String label;
    private final byte[] content;

    private Pem(String label, byte[] content) {
        this.label = label;
        this.content = content;
    }

    /** As in {@code BEGIN CERTIFICATE}. */
    String label() {
        return label;
    }

    /** Decoded; empty when it cannot be, for headers say that it is encrypted. */
    byte[] content() {
        return content;
    }

    /** @throws IllegalArgumentException when a block is not base64 */
    static List<Pem> blocks(String text) {
        List<Pem> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            String body = matcher.group(2).contains(":") ? "" : matcher.group(2); // headers: an old encrypted key
            blocks.add(new Pem(matcher.group(1), Base64.getMimeDecoder().decode(body)));
        }
        return blocks;
    }

    static String write(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n";
    }
}
