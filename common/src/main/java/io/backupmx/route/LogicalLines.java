package io.backupmx.route;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A text file in Postfix's logical lines (postmap(1)): a line that starts with white space continues the one before; lines
 * that are empty or whose first character behind white space is {@code #} do not count, between continued lines neither.
 */
public final class LogicalLines implements AutoCloseable {

    /** @param number of its first physical line, from 1 */
    public record Line(int number, String text) {}

    /** Far above any address, and a bound on what a file that is no table can cost. */
    static final int MAX_OCTETS = 65_536;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream file;
    private final FileProblems problems;
    private int number;
    private Optional<Line> ahead;

    LogicalLines(Path path, FileProblems problems) throws IOException {
        this(Files.newInputStream(path), problems);
    }

    /** Closes {@code text} in the end. */
    public LogicalLines(InputStream text, FileProblems problems) throws IOException {
        this.problems = problems;
        file = new BufferedInputStream(text, 1 << 16);
        try {
            ahead = physical();
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Empty at the end. */
    public Optional<Line> next() throws IOException {
        while (ahead.isPresent() && isSpace(ahead.get().text().charAt(0))) {
            problems.add(ahead.get().number(), "starts with white space, but there is no line before it to continue");
            ahead = physical();
        }
        if (ahead.isEmpty()) {
            return Optional.empty();
        }
        Line first = ahead.get();
        StringBuilder text = new StringBuilder(first.text());
        for (ahead = physical(); ahead.isPresent() && isSpace(ahead.get().text().charAt(0)); ahead = physical()) {
            if (text.length() + ahead.get().text().length() <= MAX_OCTETS) {
                text.append(ahead.get().text());
            } else {
                problems.add(ahead.get().number(), "the line that began at " + first.number() + " is too long");
            }
        }
        return Optional.of(new Line(first.number(), text.toString()));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** What C calls isspace(3), as Postfix does. */
    static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    /** The next line that is neither blank nor a comment nor broken. */
    private Optional<Line> physical() throws IOException {
        for (Optional<byte[]> octets = octets(); octets.isPresent(); octets = octets()) {
            number++;
            Optional<String> text = decoded(octets.get());
            if (text.isPresent() && counts(text.get())) {
                return Optional.of(new Line(number, text.get()));
            }
        }
        return Optional.empty();
    }

    /** One line without its line feed; of a line over the limit one octet more than that. Empty at the end of the file. */
    private Optional<byte[]> octets() throws IOException {
        int octet = file.read();
        if (octet < 0) {
            return Optional.empty();
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (; octet >= 0 && octet != '\n'; octet = file.read()) {
            if (line.size() <= MAX_OCTETS) {
                line.write(octet);
            }
        }
        return Optional.of(line.toByteArray());
    }

    private Optional<String> decoded(byte[] octets) {
        if (octets.length > MAX_OCTETS) {
            problems.add(number, "is longer than " + MAX_OCTETS + " octets");
            return Optional.empty();
        }
        int start = number == 1 && startsWithByteOrderMark(octets) ? BYTE_ORDER_MARK.length : 0;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets, start, octets.length - start))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                problems.add(number, "holds a NUL octet: this is not a text file in UTF-8");
                return Optional.empty();
            }
            return Optional.of(text);
        } catch (CharacterCodingException _) {
            problems.add(number, "is not UTF-8");
            return Optional.empty();
        }
    }

    private static boolean startsWithByteOrderMark(byte[] octets) {
        return octets.length >= BYTE_ORDER_MARK.length
                && octets[0] == BYTE_ORDER_MARK[0]
                && octets[1] == BYTE_ORDER_MARK[1]
                && octets[2] == BYTE_ORDER_MARK[2];
    }

    private static boolean counts(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isSpace(text.charAt(i))) {
                return text.charAt(i) != '#';
            }
        }
        return false;
    }
}
