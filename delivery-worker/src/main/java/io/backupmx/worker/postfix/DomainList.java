package io.backupmx.worker.postfix;

import io.backupmx.route.FileProblems;
import io.backupmx.route.LogicalLines;
import io.backupmx.smtp.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The domains of a list of domains, files and tables (postconf(5), relay_domains), whatever they are written in. Files may
 * name files; each is read once.
 */
final class DomainList {

    private static final int MAX_DOMAINS = 1_000_000;

    private final String parameter;
    private final Parameters parameters;
    private final ImportReport report;
    private final Set<String> domains = new LinkedHashSet<>();
    private final Set<Path> files = new LinkedHashSet<>();
    private final Set<Path> read = new HashSet<>();
    private boolean hasWords;

    private DomainList(String parameter, Parameters parameters, ImportReport report) {
        this.parameter = parameter;
        this.parameters = parameters;
        this.report = report;
    }

    /** @param words of {@code parameter}, all that they refer to put in */
    static DomainList of(String parameter, List<String> words, Parameters parameters, ImportReport report) {
        DomainList list = new DomainList(parameter, parameters, report);
        words.forEach(list::add);
        return list;
    }

    /** Canonical names. */
    Set<String> domains() {
        return domains;
    }

    /** The one file that says it all, in the form that our {@code relay_domains} has; empty when it is not that simple. */
    Optional<Path> onlyFile() {
        return hasWords || files.size() != 1 || read.size() != 1
                ? Optional.empty()
                : Optional.of(files.iterator().next());
    }

    private void add(String word) {
        if (word.startsWith("!")) {
            hasWords = true;
            report.attention(
                    parameter,
                    word + ": exclusions are not taken; a line '" + word.substring(1)
                            + " error:' in the transport file refuses its mail");
        } else if (word.startsWith("/")) {
            file(word);
        } else if (word.contains(":") && !word.startsWith("[")) {
            table(word);
        } else {
            hasWords = true;
            domain(word);
        }
    }

    private void domain(String word) {
        Optional<Domain> domain = Domain.parse(word).filter(d -> !d.isAddressLiteral());
        if (domain.isEmpty()) {
            report.attention(parameter, word + " is not taken, for it is no domain name");
        } else if (domains.size() < MAX_DOMAINS) {
            domains.add(domain.get().name());
        }
    }

    private void table(String word) {
        Optional<TableName> name = TableName.parse(word, parameters.directory());
        if (name.isPresent() && name.get() instanceof TableName.OfText(Path file)) {
            if (isNew(file)) {
                files.add(file);
                TableText.read(file).entries().keySet().forEach(this::domain);
            }
        } else {
            report.attention(parameter, word + " is not taken, for it is no text file: list its domains in one");
        }
    }

    private void file(String word) {
        try {
            Path file = Path.of(word);
            if (isNew(file)) {
                files.add(file);
                words(file).forEach(this::wordOfFile);
            }
        } catch (InvalidPathException _) {
            report.attention(parameter, word + " is no file name");
        }
    }

    private void wordOfFile(String word) {
        if (word.startsWith("!") || word.startsWith("/") || word.contains(":")) {
            add(word); // then the file alone does not say it all
            hasWords = true;
        } else {
            domain(word);
        }
    }

    private boolean isNew(Path file) {
        if (!Files.isReadable(file)) {
            report.attention(parameter, file + " cannot be read");
            return false;
        }
        return read.add(file.toAbsolutePath().normalize());
    }

    /** Of lines with several words our own reader would think that the others are values. */
    private List<String> words(Path file) {
        List<String> words = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try (LogicalLines lines =
                new LogicalLines(Files.newInputStream(file), new FileProblems(parameter, file, problems))) {
            for (Optional<LogicalLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                List<String> ofLine = Parameters.split(line.get().text());
                hasWords |= ofLine.size() > 1;
                words.addAll(ofLine);
            }
        } catch (IOException e) {
            report.attention(parameter, file + " cannot be read: " + e.getMessage());
        }
        problems.forEach(problem -> report.attention(parameter, problem));
        return words;
    }
}
