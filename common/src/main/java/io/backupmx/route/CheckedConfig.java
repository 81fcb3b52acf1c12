package io.backupmx.route;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigException;
import io.backupmx.config.ConfigLoader;
import io.backupmx.tls.Authorities;
import io.backupmx.tls.UnusableCertificate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration and the tables it names, fit to start with: what {@code run} runs with and {@code check} checks.
 *
 * @param warnings for the operator, one line each; nothing is wrong
 */
public record CheckedConfig(Config config, ConfiguredRelayTables tables, List<String> warnings) {

    public CheckedConfig {
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads all of it; the parameters are those of {@link ConfigLoader#load}.
     *
     * @throws ConfigException with every problem of the configuration and of the tables together
     */
    public static CheckedConfig load(
            Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
        Config config;
        List<String> problems = new ArrayList<>();
        try {
            config = ConfigLoader.load(file, environment, overrides);
        } catch (ConfigException e) {
            config = e.usable();
            problems.addAll(e.problems());
        }
        try {
            var _ = Authorities.of(config.worker().tlsCaFile());
        } catch (UnusableCertificate e) {
            problems.addAll(e.problems());
        }
        try {
            ConfiguredRelayTables tables = RelayTablesLoader.load(config);
            if (problems.isEmpty()) {
                return new CheckedConfig(config, tables, tables.warnings());
            }
        } catch (ConfigException e) {
            // Of a configuration that could not be read, domains are likely to be missing; that is no second problem.
            boolean unread = !problems.isEmpty();
            e.problems().stream()
                    .filter(problem -> !unread || !problem.equals(RelayTablesLoader.NO_DOMAIN))
                    .forEach(problems::add);
        }
        throw new ConfigException(problems, config);
    }
}
