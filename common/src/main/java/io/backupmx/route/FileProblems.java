package io.backupmx.route;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The problems of one table file, each with its line, and what is worth a warning; of a file that is wrong throughout, only
 * the first ones of each.
 */
public final class FileProblems {

    static final int SHOWN = 20;

    private static final int MAX_SHOWN = 400;

    private final String key;
    private final Path file;
    private final List<String> problems;
    private final List<String> warnings;
    private final Count count;

    /** Of all files of a table together. */
    private static final class Count {
        private int found;
        private int warned;
    }

    /** One whose warnings nobody wants. */
    public FileProblems(String key, Path file, List<String> problems) {
        this(key, file, problems, new ArrayList<>());
    }

    /** @param key the configuration's key that named the file */
    FileProblems(String key, Path file, List<String> problems, List<String> warnings) {
        this(key, file, problems, warnings, new Count());
    }

    private FileProblems(String key, Path file, List<String> problems, List<String> warnings, Count count) {
        this.key = key;
        this.file = file;
        this.problems = problems;
        this.warnings = warnings;
        this.count = count;
    }

    /** Those of {@code part}, a file of the same table. */
    FileProblems in(Path part) {
        return new FileProblems(key, part, problems, warnings, count);
    }

    public void add(int line, String what) {
        count.found++;
        if (count.found <= SHOWN) {
            problems.add(file + ":" + line + ": " + shown(what));
        } else if (count.found == SHOWN + 1) {
            problems.add(file + ": more problems follow; mend these first");
        }
    }

    /** Nothing is wrong, but it may not be what was meant. */
    void warn(int line, String what) {
        count.warned++;
        if (count.warned <= SHOWN) {
            warnings.add(file + ":" + line + ": " + shown(what));
        } else if (count.warned == SHOWN + 1) {
            warnings.add(file + ": more of that follows");
        }
    }

    /** Of the file or the directory as a whole. */
    void add(String what) {
        problems.add(key + ": " + file + " " + what);
    }

    /** What a file that is no table holds is neither a screenful nor a terminal's command. */
    private static String shown(String what) {
        String printable =
                what.codePoints().anyMatch(Character::isISOControl) ? what.replaceAll("\\p{Cntrl}", "?") : what;
        return printable.length() <= MAX_SHOWN
                ? printable
                : printable.substring(0, MAX_SHOWN / 4) + "[...]"
                        + printable.substring(printable.length() - MAX_SHOWN * 3 / 4);
    }

    void unreadable(IOException e) {
        String reason = switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
        add("cannot be read: " + reason);
    }
}
