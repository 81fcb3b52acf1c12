package io.backupmx.worker.postfix;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Takes over a list of look-up tables where ours has one text file: the file stays where it is. */
final class TableImport {

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;

    TableImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    /**
     * Makes {@code key} of {@code parameter}.
     *
     * @return the text it names now; none when there is nothing to take over
     */
    TableText take(String parameter, String key) {
        if (!parameters.isSet(parameter)) {
            return TableText.NONE;
        }
        List<String> words = parameters.words(parameter);
        Optional<Path> taken = Optional.empty();
        for (String word : words) {
            Optional<TableName> name = TableName.parse(word, parameters.directory());
            if (name.isPresent() && name.get() instanceof TableName.OfText(Path file)) {
                if (taken.isEmpty()) {
                    taken = Optional.of(file);
                } else {
                    report.attention(
                            parameter,
                            word + " is not taken, for " + key + " is one file: append its lines to " + taken.get());
                }
            } else {
                report.attention(
                        parameter,
                        word + " is not taken, for it is no text file: write what it would say into a file, and name"
                                + " that with " + key);
            }
        }
        taken.ifPresent(file -> use(parameter, key, file));
        return taken.map(TableText::read).orElse(TableText.NONE);
    }

    private void use(String parameter, String key, Path file) {
        Optional<String> problem = config.set(key, file.toString());
        if (problem.isPresent()) {
            report.attention(parameter, problem.get());
        } else if (Files.isReadable(file)) {
            report.taken(parameter, key + ": " + file);
        } else {
            report.attention(
                    parameter,
                    key + ": " + file + " cannot be read; we need the text that postmap makes the indexed file of");
        }
    }
}
