package io.backupmx.worker.postfix;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What became of each parameter, line by line, in the order it was found out. */
public final class ImportReport {

    /** How much an operator has to do about it. */
    public enum Kind {
        /** It is in our configuration. */
        TAKEN,
        /** It is not, or it is unsafe: look at it. */
        ATTENTION,
        /** It means nothing to us. */
        IGNORED
    }

    /** @param subject the parameter, or the domain, that {@code text} is about */
    public record Line(Kind kind, String subject, String text) {

        @Override
        public String toString() {
            return "%-10s %s%s"
                    .formatted(kind.name().toLowerCase(Locale.ROOT), subject, text.isEmpty() ? "" : ": " + text);
        }
    }

    private final Set<Line> lines = new LinkedHashSet<>();
    private final Set<String> told = new HashSet<>();

    ImportReport() {}

    void taken(String subject, String as) {
        add(Kind.TAKEN, subject, as);
    }

    void attention(String subject, String what) {
        add(Kind.ATTENTION, subject, what);
    }

    void ignored(String subject, String why) {
        add(Kind.IGNORED, subject, why);
    }

    /** Whether anything was said of it. */
    boolean isTold(String subject) {
        return told.contains(subject);
    }

    private void add(Kind kind, String subject, String text) {
        lines.add(new Line(kind, printable(subject), printable(text)));
        told.add(subject);
    }

    public List<Line> lines() {
        return List.copyOf(lines);
    }

    public long count(Kind kind) {
        return lines.stream().filter(line -> line.kind() == kind).count();
    }

    /** Of binary garbage a terminal must see nothing. */
    private static String printable(String text) {
        String line = text.codePoints()
                .map(c -> c < ' ' || (c >= 127 && c < 160) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return line.length() <= 500 ? line : line.substring(0, 500) + "...";
    }
}
