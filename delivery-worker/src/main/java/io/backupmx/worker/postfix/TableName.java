package io.backupmx.worker.postfix;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** A word of a list of look-up tables, {@code hash:/etc/postfix/transport} (postconf -m). */
sealed interface TableName {

    /** A table that postmap(1) makes of a text, or that is a text: the text is what we read. */
    record OfText(Path file) implements TableName {}

    /** One that asks somebody, computes, or holds what it says in itself. */
    record Other(String word) implements TableName {}

    Set<String> TYPES_OF_TEXT = Set.of("hash", "btree", "dbm", "sdbm", "cdb", "lmdb", "texthash");

    /** Empty when {@code word} names no type. */
    static Optional<TableName> parse(String word, Path directory) {
        String name = word.startsWith("proxy:") ? word.substring("proxy:".length()) : word;
        int colon = name.indexOf(':');
        if (colon < 1) {
            return Optional.empty();
        }
        if (!TYPES_OF_TEXT.contains(name.substring(0, colon))) {
            return Optional.of(new Other(word));
        }
        try {
            return Optional.of(new OfText(directory.resolve(name.substring(colon + 1))));
        } catch (InvalidPathException _) {
            return Optional.of(new Other(word));
        }
    }
}
