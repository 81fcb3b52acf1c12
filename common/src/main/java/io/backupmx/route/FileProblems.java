package io.backupmx.route;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The problems of one table file, each with its line; of a file that is wrong throughout, only the first ones. */
public final class FileProblems {

    private static final int SHOWN = 20;

    private final String key;
    private final Path file;
    private final List<String> problems;
    private int found;

    /** @param key the configuration's key that named the file */
    public FileProblems(String key, Path file, List<String> problems) {
        this.key = key;
        this.file = file;
        this.problems = problems;
    }

    public void add(int line, String what) {
        found++;
        if (found <= SHOWN) {
            problems.add(file + ":" + line + ": " + what);
        } else if (found == SHOWN + 1) {
            problems.add(file + ": more problems follow; mend these first");
        }
    }

    void unreadable(IOException e) {
        String reason = switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
        problems.add(key + ": " + file + " cannot be read: " + reason);
    }
}
