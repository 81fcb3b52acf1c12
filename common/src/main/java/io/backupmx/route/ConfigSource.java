package io.backupmx.route;

import io.backupmx.config.ConfigException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a process has its configuration from, so that it can be read again.
 *
 * @param file the YAML file; empty: none is read
 * @param environment as it was when the process began
 * @param overrides from the command line: dotted path → text
 */
public record ConfigSource(Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {

    public ConfigSource {
        environment = Map.copyOf(environment);
        overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides)); // domains keep their order
    }

    /**
     * All of it as it is now.
     *
     * @throws ConfigException with every problem
     */
    public CheckedConfig load() {
        return CheckedConfig.load(file, environment, overrides);
    }
}
