package io.backupmx.route;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A Postfix table read from its text, as {@code texthash:} reads it: of two entries with one key the first counts. */
public final class PostfixTable {

    private final Map<String, PostfixEntry> entries = new LinkedHashMap<>();

    private PostfixTable() {}

    /** The table in {@code file}; lines without a value are problems. */
    static PostfixTable read(Path file, FileProblems problems) {
        PostfixTable table = new PostfixTable();
        forEach(file, problems, entry -> {
            if (entry.value().isEmpty()) {
                problems.add(entry.line(), "'" + entry.key() + "' has no value: expected key, white space, value");
            } else {
                Optional.ofNullable(table.entries.putIfAbsent(entry.key(), entry))
                        .ifPresent(first -> problems.warn(
                                entry.line(),
                                "'" + entry.key() + "' is there already, in line " + first.line() + ", which counts"));
            }
        });
        return table;
    }

    /** Passes on entry by entry, so that a long file is not held twice; lines may be keys alone. */
    public static void forEach(Path file, FileProblems problems, Consumer<PostfixEntry> consumer) {
        try (LogicalLines lines = new LogicalLines(file, problems)) {
            for (Optional<LogicalLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                Optional<PostfixEntry> entry = PostfixEntry.parse(line.get());
                if (entry.isEmpty()) {
                    problems.add(line.get().number(), "a double quote is not closed");
                }
                entry.ifPresent(consumer);
            }
        } catch (IOException e) {
            problems.unreadable(e);
        }
    }

    Optional<PostfixEntry> find(String key) {
        return Optional.ofNullable(entries.get(key.toLowerCase(Locale.ROOT)));
    }

    /** In the order of the file. */
    Collection<PostfixEntry> entries() {
        return Collections.unmodifiableCollection(entries.values());
    }
}
