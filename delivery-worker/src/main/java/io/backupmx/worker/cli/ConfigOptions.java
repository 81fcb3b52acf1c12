package io.backupmx.worker.cli;

import io.backupmx.config.ConfigException;
import io.backupmx.config.ConfigLoader;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.ConfigSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where a command takes its configuration from. */
public final class ConfigOptions {

    private static final List<Path> USUAL = List.of(Path.of("backupmx.yaml"), Path.of("/etc/backupmx/backupmx.yaml"));

    @Option(
            names = {"-c", "--config"},
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            defaultValue = "${env:BACKUPMX_CONFIG}",
            description = "The configuration; by default $BACKUPMX_CONFIG, else ./backupmx.yaml,"
                    + " else /etc/backupmx/backupmx.yaml, if there.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--data",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description = "The data directory; by default ./data.")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--set",
            scope = ScopeType.INHERIT,
            paramLabel = "KEY=VALUE",
            description = "Overrides a key of the configuration, for example ingress.listen=127.0.0.1:2525.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** The file to read; empty when none was named and none of the usual ones is there. */
    public Optional<Path> file() {
        return file.or(() -> USUAL.stream().filter(Files::exists).findFirst());
    }

    /**
     * Configuration and tables as file, environment and command line say them; {@code more} is said last.
     *
     * @throws io.backupmx.config.ConfigException with every problem
     */
    public CheckedConfig load(Map<String, String> more) {
        return source(more).load();
    }

    /** Where configuration and tables are to be read; {@code more} is said last. */
    public ConfigSource source(Map<String, String> more) {
        Map<String, String> overrides = overrides();
        overrides.putAll(more);
        return new ConfigSource(file(), System.getenv(), overrides);
    }

    /** The data directory. One named on the command line is used even when the configuration has mistakes. */
    Path dataDirectory() {
        return data.orElseGet(
                () -> ConfigLoader.load(file(), System.getenv(), overrides()).data());
    }

    /** The admin API's token, when the configuration says where it is, whatever mistakes it has elsewhere. */
    Optional<Path> tokenFile() {
        try {
            return ConfigLoader.load(file(), System.getenv(), overrides()).ops().tokenFile();
        } catch (ConfigException e) {
            return e.usable().ops().tokenFile();
        }
    }

    private Map<String, String> overrides() {
        Map<String, String> overrides = new LinkedHashMap<>(settings);
        data.ifPresent(directory -> overrides.put("data", directory.toString()));
        return overrides;
    }
}
