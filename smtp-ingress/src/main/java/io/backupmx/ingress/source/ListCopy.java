package io.backupmx.ingress.source;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.backupmx.route.NotAListException;
import io.backupmx.route.RecipientList;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * The last good list on disk, {@code NAME.list}, so that a restart does not need the server. It is the text as it came and,
 * as a comment in the last line, where it is from, how long it is and its version: they are replaced together, and a copy
 * that was cut off has no such line. The file's time is when the server confirmed it last. Blocks on the disk.
 */
final class ListCopy {

    private static final String MARK = "# backupmx-copy ";
    private static final int MAX_LAST_LINE = 8192;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final Path file;
    private final Path fresh;
    private final String origin;

    /** @param url that the list is from; a copy of another one is none */
    ListCopy(Path directory, String name, String url) {
        this.name = name;
        this.file = directory.resolve(name + ".list");
        this.fresh = directory.resolve(name + ".list.new");
        this.origin = digest(url);
    }

    /** @param confirmed when the server said so last */
    record Kept(RecipientList list, ListVersion version, Instant confirmed) {}

    /** The copy, or empty when there is none. */
    Optional<Kept> load() throws ListProblem {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Instant confirmed = Files.getLastModifiedTime(file).toInstant();
            return Optional.of(new Kept(RecipientList.read(file, name), version(), confirmed));
        } catch (IOException | NotAListException e) {
            throw new ListProblem(file + " is of no use", e);
        }
    }

    /** Begins a new text. */
    OutputStream openFresh() throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.deleteIfExists(fresh);
        return Channels.newOutputStream(FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
    }

    /** The new text, read. */
    RecipientList readFresh() throws NotAListException {
        return RecipientList.read(fresh, name);
    }

    /** The new text takes the place of the copy. */
    void keepFresh(ListVersion version, Instant now) throws IOException {
        ObjectNode facts = JSON.createObjectNode().put("origin", origin).put("octets", Files.size(fresh));
        version.entityTag().ifPresent(tag -> facts.put("etag", tag));
        version.lastModified().ifPresent(date -> facts.put("last_modified", date));
        Files.writeString(fresh, "\n" + MARK + facts + "\n", StandardOpenOption.APPEND);
        Files.setLastModifiedTime(fresh, FileTime.from(now));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The server said that the copy is what it has. */
    void confirm(Instant now) throws IOException {
        if (Files.exists(file)) { // else an operator has taken it away, to have it made anew
            Files.setLastModifiedTime(file, FileTime.from(now));
        }
    }

    /** Forgets a new text that was not kept. */
    void dropFresh() throws IOException {
        Files.deleteIfExists(fresh);
    }

    private ListVersion version() throws IOException, ListProblem {
        JsonNode facts = facts();
        if (!facts.path("origin").asText().equals(origin)) {
            throw new ListProblem(file + " is of no use: it is a copy of another url's list");
        }
        return new ListVersion(text(facts, "etag"), text(facts, "last_modified"));
    }

    private JsonNode facts() throws IOException, ListProblem {
        byte[] end = end();
        String text = new String(end, StandardCharsets.UTF_8);
        int mark = text.lastIndexOf("\n" + MARK);
        if (mark >= 0 && text.indexOf('\n', mark + 1) == text.length() - 1) {
            JsonNode facts = parse(text.substring(mark + 1 + MARK.length()));
            int lastLine = text.substring(mark).getBytes(StandardCharsets.UTF_8).length;
            if (facts.path("octets").asLong(-1) == Files.size(file) - lastLine) {
                return facts;
            }
        }
        throw new ListProblem(file + " is of no use: it is not a whole copy of ours");
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JacksonException _) {
            return JSON.missingNode();
        }
    }

    private byte[] end() throws IOException {
        try (var in = Files.newInputStream(file)) {
            in.skipNBytes(Math.max(0, Files.size(file) - MAX_LAST_LINE));
            return in.readNBytes(MAX_LAST_LINE);
        }
    }

    private static Optional<String> text(JsonNode facts, String key) {
        return Optional.ofNullable(facts.get(key)).map(JsonNode::asText);
    }

    private static String digest(String url) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(url.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
