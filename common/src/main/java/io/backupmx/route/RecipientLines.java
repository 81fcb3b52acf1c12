package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where the recipients file, or those of its directory, say what they say, for people: the tables themselves do not keep that. */
public final class RecipientLines {

    private final Map<String, Place> lines = new HashMap<>();

    /** One line of a file. */
    public record Place(Path file, int line) {
        @Override
        public String toString() {
            return file + " line " + line;
        }
    }

    private RecipientLines() {}

    /** The lines about {@code paths}; nothing where the file cannot be read. Reads all of it. */
    public static RecipientLines in(Path file, Collection<ForwardPath> paths) {
        Set<String> wanted = new HashSet<>();
        for (ForwardPath path : paths) {
            if (path instanceof ForwardPath.To(var mailbox)) {
                wanted.add(TableAddress.of(mailbox).text());
                wanted.add("@" + mailbox.domain());
            }
        }
        RecipientLines found = new RecipientLines();
        FileProblems unsaid = new FileProblems("relay_recipients", file, new ArrayList<>());
        for (Path part : TableFiles.in(file, unsaid)) {
            PostfixTable.forEach(part, unsaid, entry -> {
                Optional<String> key = key(entry.key());
                key.filter(wanted::contains)
                        .ifPresent(text -> found.lines.putIfAbsent(text, new Place(part, entry.line())));
            });
        }
        return found;
    }

    /** The line of this very address. */
    public Optional<Place> of(ForwardPath path) {
        return path instanceof ForwardPath.To(var mailbox)
                ? Optional.ofNullable(lines.get(TableAddress.of(mailbox).text()))
                : Optional.empty();
    }

    /** The line {@code @domain} of its domain. */
    public Optional<Place> ofDomain(ForwardPath path) {
        return path instanceof ForwardPath.To(var mailbox)
                ? Optional.ofNullable(lines.get("@" + mailbox.domain()))
                : Optional.empty();
    }

    private static Optional<String> key(String key) {
        return key.startsWith("@")
                ? Domain.parse(key.substring(1)).map(domain -> "@" + domain)
                : TableAddress.parse(key).map(TableAddress::text);
    }
}
