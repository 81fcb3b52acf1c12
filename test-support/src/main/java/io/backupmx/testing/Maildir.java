package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Where a server delivers all mail to. */
final class Maildir {

    private static final Duration POLL = Duration.ofMillis(20);

    private final Path arrivals;
    private final List<String> addedAtDelivery;

    /**
     * @param directory is made by the server
     * @param addedAtDelivery names, with their colons, of what the server puts on top of its own trace
     */
    Maildir(Path directory, List<String> addedAtDelivery) {
        this.arrivals = directory.resolve("new");
        this.addedAtDelivery = List.copyOf(addedAtDelivery);
    }

    /** The mails as they are stored, lines ending with LF, oldest first. */
    List<byte[]> messages() {
        if (!Files.isDirectory(arrivals)) {
            return List.of();
        }
        record Stored(Path file, FileTime at) {}
        List<Stored> stored = new ArrayList<>();
        try (Stream<Path> files = Files.list(arrivals)) {
            for (Path file : files.toList()) {
                stored.add(new Stored(file, Files.getLastModifiedTime(file)));
            }
            stored.sort(Comparator.comparing(Stored::at).thenComparing(Stored::file));
            List<byte[]> messages = new ArrayList<>();
            for (Stored mail : stored) {
                messages.add(Files.readAllBytes(mail.file()));
            }
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The mails as they came over SMTP, lines ending with CRLF: {@link #messages} without what the server has put on top. */
    List<byte[]> received() {
        return messages().stream().map(this::asReceived).toList();
    }

    private byte[] asReceived(byte[] stored) {
        String text = new String(stored, StandardCharsets.ISO_8859_1);
        while (addedAtDelivery.stream().anyMatch(text::startsWith)) {
            text = withoutFirstField(text);
        }
        return withoutFirstField(text).replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String withoutFirstField(String text) {
        int end = text.indexOf('\n') + 1;
        while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
            end = text.indexOf('\n', end) + 1;
        }
        return text.substring(end);
    }

    /** Returns once {@code count} mails are there; all that are, as {@link #messages}. */
    List<byte[]> awaitMessages(int count, Duration timeout, Supplier<String> log) {
        Deadline deadline = Deadline.in(timeout);
        while (true) {
            List<byte[]> messages = messages();
            if (messages.size() >= count) {
                return messages;
            }
            if (deadline.isOver()) {
                throw new AssertionError(
                        "%d of %d mails after %s\n%s".formatted(messages.size(), count, timeout, log.get()));
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
