package io.backupmx.tls;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of a PEM file (RFC 7468). What stands between blocks is passed over, as everybody does; a block that is not whole is
 * an error, for a chain that was cut in its middle would be served as one that is shorter.
 */
final class Pem {

    private static final Pattern BOUNDARY = Pattern.compile("-----(BEGIN|END) ([A-Z0-9 ]+)-----\\s*");

    /** A boundary that somebody has lost a part of. */
    private static final Pattern NEARLY =
            Pattern.compile(".*-{2,}\\s*(BEGIN|END)\\b.*|.*\\b(BEGIN|END) [A-Z0-9 ]+-{2,}.*");

    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]*={0,2}");

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

    /** @throws IllegalArgumentException when a block is not whole, or not base64: which line, and why */
    static List<Pem> blocks(String text) {
        Reader reader = new Reader();
        text.lines().forEach(reader::read);
        return reader.end();
    }

    static String write(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n";
    }

    private static final class Reader {

        private final List<Pem> blocks = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private String label = ""; // of the block that is open; empty: none is
        private int begun;
        private int line;
        private boolean encrypted;

        void read(String text) {
            line++;
            Matcher boundary = BOUNDARY.matcher(text);
            if (!boundary.matches()) {
                if (NEARLY.matcher(text).matches()) {
                    throw wrong("is neither a whole BEGIN nor a whole END line");
                }
                content(text);
            } else if (boundary.group(1).equals("BEGIN")) {
                begin(boundary.group(2));
            } else {
                end(boundary.group(2));
            }
        }

        private void begin(String of) {
            if (!label.isEmpty()) {
                throw wrong("begins a " + of + " within the " + label + " of line " + begun
                        + ", which has no END: something is cut out");
            }
            label = of;
            begun = line;
            encrypted = false;
            body.setLength(0);
        }

        private void end(String of) {
            if (!label.equals(of)) {
                throw wrong("ends a " + of
                        + (label.isEmpty() ? " that has no BEGIN" : ", where a " + label + " began in line " + begun));
            }
            blocks.add(new Pem(label, decoded()));
            label = "";
        }

        private void content(String text) {
            String said = text.strip();
            if (label.isEmpty() || said.isEmpty()) {
                return;
            }
            if (said.contains(":")) {
                encrypted = true; // Proc-Type, DEK-Info: an old key with a passphrase
            } else if (BASE64.matcher(said).matches()) {
                body.append(said);
            } else {
                throw wrong("is not base64, within the " + label + " of line " + begun);
            }
        }

        private byte[] decoded() {
            if (encrypted) {
                return new byte[0];
            }
            if (body.length() % 4 != 0) { // the decoder does without what is missing at the end
                throw notWhole();
            }
            try {
                return Base64.getDecoder().decode(body.toString());
            } catch (IllegalArgumentException _) {
                throw notWhole();
            }
        }

        private IllegalArgumentException notWhole() {
            return new IllegalArgumentException(
                    "the " + label + " that begins in line " + begun + " is not whole: its base64 has a gap");
        }

        List<Pem> end() {
            if (!label.isEmpty()) {
                throw new IllegalArgumentException(
                        "the " + label + " that begins in line " + begun + " has no END: the file is cut");
            }
            return blocks;
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("line " + line + " " + what);
        }
    }
}
