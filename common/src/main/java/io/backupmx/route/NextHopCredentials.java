package io.backupmx.route;

import io.backupmx.smtp.Credentials;
import io.backupmx.smtp.MailProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who we are to which next hop, in the form of Postfix' {@code smtp_sasl_password_maps}: {@code [host]:port user:password},
 * {@code [host]} for its usual port, or the host's name alone. Read anew when the file has changed, looked at before each
 * connection; what cannot be used then, or is empty, leaves the last ones in place. Safe from any thread.
 */
public final class NextHopCredentials {

    private static final Logger LOG = LoggerFactory.getLogger(NextHopCredentials.class);

    private static final String KEY = "worker.credentials";

    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private final Optional<Path> file;
    private Stamp seen = Stamp.NONE;
    private Map<String, Credentials> entries = Map.of();
    private List<String> lastProblems = List.of();

    /** What tells that a file, or who may read it, is another than before. */
    private record Stamp(Optional<FileTime> modified, Optional<Object> changed, long sizeBytes) {

        static final Stamp NONE = new Stamp(Optional.empty(), Optional.empty(), -1);

        static Stamp of(Path file) {
            try {
                return new Stamp(Optional.of(Files.getLastModifiedTime(file)), changed(file), Files.size(file));
            } catch (IOException _) {
                return NONE;
            }
        }

        /** Of its inode, as by chmod; a file system may not tell it. */
        private static Optional<Object> changed(Path file) throws IOException {
            try {
                return Optional.of(Files.getAttribute(file, "unix:ctime"));
            } catch (UnsupportedOperationException | IllegalArgumentException _) {
                return Optional.empty();
            }
        }
    }

    public NextHopCredentials(Optional<Path> file) {
        this.file = file;
    }

    /** What is wrong with the file, one line each, without any secret; it is in use when there is nothing. */
    public synchronized List<String> read() {
        if (file.isEmpty()) {
            return List.of();
        }
        seen = Stamp.of(file.get());
        List<String> problems = new ArrayList<>();
        othersMayUse(file.get()).ifPresent(problems::add);
        Map<String, Credentials> read = new HashMap<>();
        FileProblems inFile = new FileProblems(KEY, file.get(), problems);
        PostfixTable.forEach(file.get(), inFile, entry -> add(entry, read, inFile));
        if (problems.isEmpty() && read.isEmpty() && !entries.isEmpty()) {
            problems.add(KEY + ": " + file.get() + " has no entries any more"); // somebody may be writing it
        }
        if (problems.isEmpty()) {
            entries = Map.copyOf(read);
        } else {
            seen = Stamp.NONE; // what is wrong may be mended without a trace: it is looked at again
        }
        return List.copyOf(problems);
    }

    /** A group may read it, as where several processes of a service share it. */
    private static Optional<String> othersMayUse(Path file) {
        try {
            return Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)
                    ? Optional.of(KEY + ": " + file + " may be read or written by others: chmod 600 " + file)
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException _) {
            return Optional.empty(); // whoever reads it says so
        }
    }

    private static void add(PostfixEntry entry, Map<String, Credentials> read, FileProblems problems) {
        int colon = entry.value().indexOf(':');
        if (colon < 1) {
            // What stands first may be the password itself.
            problems.add(entry.line(), "not a next hop, white space and user:password");
            return;
        }
        Credentials credentials =
                new Credentials(entry.value().substring(0, colon), entry.value().substring(colon + 1));
        canonical(entry.key()).forEach(key -> {
            var _ = read.putIfAbsent(key, credentials);
        });
    }

    /** With its port where that can be said of it; of a host without one, with the usual port of each protocol. */
    private static List<String> canonical(String key) {
        boolean bracketed = key.startsWith("[");
        if (!bracketed && !key.contains(":")) {
            return List.of(key);
        }
        List<MailProtocol> protocols = bracketed ? List.of(MailProtocol.values()) : List.of(MailProtocol.SMTP);
        List<String> hops = protocols.stream()
                .flatMap(protocol -> NextHop.parse(key, protocol).stream())
                .map(NextHop::toString)
                .distinct()
                .toList();
        return hops.isEmpty() ? List.of(key) : hops;
    }

    /** Those of {@code hop} as it is written, else of its host at whatever port. */
    public synchronized Optional<Credentials> of(NextHop hop) {
        lookAgain();
        return Optional.ofNullable(entries.get(hop.toString()))
                .or(() -> Optional.ofNullable(entries.get(hop.host().toLowerCase(Locale.ROOT))));
    }

    private void lookAgain() {
        if (file.isEmpty() || seen.equals(Stamp.of(file.get()))) {
            return;
        }
        List<String> problems = read();
        boolean isNew = !problems.equals(lastProblems);
        lastProblems = problems;
        if (!problems.isEmpty() && isNew) {
            LOG.atError()
                    .addKeyValue("problems", String.join("; ", problems))
                    .log("credentials not read, the old ones stay in use");
        }
    }
}
