package io.backupmx.worker.cli;

import io.backupmx.worker.admin.AdminAddress;
import io.backupmx.worker.admin.AdminToken;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Which running instance a command is for: the one that uses the data directory, or the one at {@code --admin}. */
public final class AdminOptions {

    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--admin",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "Where it listens; by default, what it left in its data directory.")
    private Optional<URI> url = Optional.empty();

    @Option(
            names = "--token-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Its token; by default, ops.token_file, else the data directory's " + AdminToken.FILE + ".")
    private Optional<Path> tokenFile = Optional.empty();

    /** Where the configuration is. */
    public ConfigOptions config() {
        return config;
    }

    AdminClient connect() {
        if (url.isPresent() && tokenFile.isPresent()) {
            return new AdminClient(checked(url.get()), token(tokenFile.get()));
        }
        Path data = config.dataDirectory();
        URI found = url.map(AdminOptions::checked).orElseGet(() -> discover(data));
        return new AdminClient(found, token(tokenFile.or(config::tokenFile).orElse(data.resolve(AdminToken.FILE))));
    }

    private static URI discover(Path data) {
        Optional<AdminAddress> address;
        try {
            address = AdminAddress.read(data);
        } catch (IOException e) {
            throw new CliException(data.resolve(AdminAddress.FILE) + " cannot be read: " + e.getMessage(), e);
        }
        if (address.filter(AdminAddress::isAlive).isEmpty()) {
            throw new CliException("no Backup MX answers for the data directory " + data
                    + ": is it running? (--data DIR or --admin URL name another)");
        }
        return address.get().url();
    }

    private static AdminToken token(Path file) {
        try {
            return AdminToken.read(file);
        } catch (IOException e) {
            throw new CliException("no token in " + file + ": " + e.getMessage(), e);
        }
    }

    private static URI checked(URI url) {
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new CliException("--admin wants a URL like http://127.0.0.1:8025, not '" + url + "'");
        }
        return url;
    }
}
