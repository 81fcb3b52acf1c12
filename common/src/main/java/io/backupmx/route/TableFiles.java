package io.backupmx.route;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that are one table together: those of a directory in the order of their names, or the one file. What editors
 * leave behind, what is being written under a hidden name, and what postmap(1) makes is not among them.
 */
public final class TableFiles {

    private static final List<String> NO_TEXT = List.of("~", ".db", ".lmdb");

    private TableFiles() {}

    /** @param table a file, be it there or not, or a directory */
    public static List<Path> in(Path table) throws IOException {
        if (!Files.isDirectory(table)) {
            return List.of(table);
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(table, TableFiles::isText)) {
            all.forEach(files::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        files.sort(null);
        return files;
    }

    /** As {@link #in(Path)}; no files at all are a problem, as when a file system is not mounted. */
    static List<Path> in(Path table, FileProblems problems) {
        try {
            List<Path> files = in(table);
            if (files.isEmpty()) {
                problems.add("is a directory without a file that counts");
            }
            return files;
        } catch (IOException e) {
            problems.unreadable(e);
            return List.of();
        }
    }

    private static boolean isText(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".") && NO_TEXT.stream().noneMatch(name::endsWith) && Files.isRegularFile(file);
    }
}
