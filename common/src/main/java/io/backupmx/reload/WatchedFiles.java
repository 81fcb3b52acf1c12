package io.backupmx.reload;

import io.backupmx.config.Config;
import io.backupmx.route.ConfigSource;
import io.backupmx.route.TableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration file and the tables it names, as they were when they were read last, and as they were looked at last.
 * For one thread.
 */
final class WatchedFiles {

    /** A file written so shortly before it was read may have been written again since, in the same tick of its clock. */
    private static final Duration TICK = Duration.ofSeconds(2);

    /** One that no file has. */
    private static final FileStamp NEVER_READ = new FileStamp(Optional.empty(), -1, Optional.empty());

    private final ConfigSource source;
    private Map<Path, FileStamp> read = Map.of();
    private Map<Path, FileStamp> seen = Map.of();

    WatchedFiles(ConfigSource source) {
        this.source = source;
    }

    /** To be called before the files are read. */
    Map<Path, FileStamp> now() {
        return stamps(read.keySet());
    }

    /**
     * They were read, or it was tried.
     *
     * @param config that names them
     * @param before what {@link #now} was
     * @param begun when reading began: a file that is new to us is taken for read when it is older
     */
    void wereRead(Config config, Map<Path, FileStamp> before, Instant begun) {
        Map<Path, FileStamp> stamps = stamps(paths(config));
        stamps.replaceAll((path, stamp) -> {
            if (before.containsKey(path)) {
                return before.get(path);
            }
            return stamp.isOlderThan(begun.minus(TICK)) ? stamp : NEVER_READ;
        });
        read = stamps;
        seen = stamps;
    }

    /** Whether they are other than they were when they were read, and the same as at the look before: nobody is writing. */
    boolean haveChangedAndSettled() {
        Map<Path, FileStamp> now = now();
        boolean settled = now.equals(seen);
        seen = now;
        return settled && !now.equals(read);
    }

    private Set<Path> paths(Config config) {
        Set<Path> paths = new LinkedHashSet<>();
        source.file().ifPresent(paths::add);
        config.relayDomains().ifPresent(paths::add);
        config.transport().ifPresent(paths::add);
        config.relayRecipients().ifPresent(table -> addAll(table, paths));
        return paths;
    }

    /** A directory's own stamp tells of files that come and go. */
    private static void addAll(Path table, Set<Path> paths) {
        paths.add(table);
        try {
            paths.addAll(TableFiles.in(table));
        } catch (IOException _) {
            // whoever reads it says so
        }
    }

    private static Map<Path, FileStamp> stamps(Set<Path> paths) {
        Map<Path, FileStamp> stamps = new HashMap<>();
        paths.forEach(path -> stamps.put(path, FileStamp.of(path)));
        return stamps;
    }
}
