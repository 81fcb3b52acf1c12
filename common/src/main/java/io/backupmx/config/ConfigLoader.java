package io.backupmx.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the configuration: defaults, below the YAML file, below the environment, below the command line; merged key by key
 * and bound to {@link Config}. Relative file names in the file are relative to it, all others to the working directory.
 */
public final class ConfigLoader {

    /** What {@code run} reads when it is told nothing. */
    public static final Path DEFAULT_FILE = Path.of("backupmx.yaml");

    /** The shortest file to start with. */
    public static final String EXAMPLE = """
            domains:
              example.org: mx1.example.org         # the primary; [2001:db8::1]:25 needs quotes
            data: /var/lib/backupmx
            ingress:
              listen: 0.0.0.0:25
            """;

    private ConfigLoader() {}

    /**
     * @param file the YAML file; empty: none is read
     * @param environment variables {@code BACKUPMX_INGRESS__MAX_ERRORS}, others are ignored
     * @param overrides from the command line: dotted path, as in {@code ingress.max_errors}, → text
     * @throws ConfigException with every problem of all three
     */
    public static Config load(Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
        List<String> problems = new ArrayList<>();
        ObjectNode defaults = ConfigJson.MAPPER.valueToTree(Config.DEFAULT);
        Source merged = Source.empty();
        if (file.isPresent()) {
            Path base = Optional.ofNullable(file.get().getParent()).orElse(Path.of(""));
            merged = read(file.get(), problems);
            Source.resolvePaths(merged.tree(), Schema.ROOT, base);
            Source.resolvePaths(defaults, Schema.ROOT, base);
        }
        DomainEntries.normalize(merged, problems);
        for (Source stronger : List.of(
                TextSettings.environment(environment, problems), TextSettings.commandLine(overrides, problems))) {
            DomainEntries.normalize(stronger, problems);
            merged = merged.overlaidBy(stronger);
        }
        Config config = new Binder(merged.origins(), problems).bind(merged.tree(), defaults);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems, config);
        }
        return config;
    }

    private static Source read(Path file, List<String> problems) {
        try {
            return YamlTree.file(file.toString(), Files.readString(file), problems);
        } catch (NoSuchFileException _) {
            problems.add(file + ": no such file; write one, for example:" + System.lineSeparator()
                    + EXAMPLE.indent(4).stripTrailing());
        } catch (CharacterCodingException _) {
            problems.add(file + ": is not UTF-8 text");
        } catch (AccessDeniedException _) {
            problems.add(file + ": cannot be read: permission denied");
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getMessage());
        }
        return Source.empty();
    }
}
