package io.backupmx.worker.postfix;

import io.backupmx.route.FileProblems;
import io.backupmx.route.LogicalLines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parameters of a main.cf, or of what {@code postconf -n} prints, as they are written (postconf(5)): of several with one
 * name the last counts.
 *
 * @param parameters name → text, in the order of the file
 */
record MainCf(Map<String, String> parameters) {

    private static final Pattern PARAMETER =
            Pattern.compile("(?<name>[A-Za-z0-9_]+)\\s*=\\s*(?<text>.*?)\\s*", Pattern.DOTALL);

    MainCf {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /**
     * @param shown what problems call it
     * @param problems what is no parameter goes there, each with its line
     */
    static MainCf read(InputStream text, Path shown, List<String> problems) throws IOException {
        Map<String, String> parameters = new LinkedHashMap<>();
        FileProblems lines = new FileProblems("main.cf", shown, problems);
        try (LogicalLines logical = new LogicalLines(text, lines)) {
            for (Optional<LogicalLines.Line> line = logical.next(); line.isPresent(); line = logical.next()) {
                Matcher matcher = PARAMETER.matcher(line.get().text());
                if (matcher.matches()) {
                    parameters.put(matcher.group("name"), matcher.group("text"));
                } else {
                    lines.add(line.get().number(), "is not 'parameter = value'");
                }
            }
        }
        return new MainCf(parameters);
    }
}
