package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where a recipients file says what it says, for people: the tables themselves do not keep that. */
public final class RecipientLines {

    private final Map<String, Integer> lines = new HashMap<>();

    private RecipientLines() {}

    /** The lines about {@code paths}; nothing where the file cannot be read. Reads all of it. */
    public static RecipientLines in(Path file, Collection<ForwardPath> paths) {
        Map<String, Integer> wanted = new HashMap<>();
        for (ForwardPath path : paths) {
            if (path instanceof ForwardPath.To(var mailbox)) {
                wanted.put(TableAddress.of(mailbox).text(), 0);
                wanted.put("@" + mailbox.domain(), 0);
            }
        }
        RecipientLines found = new RecipientLines();
        PostfixTable.forEach(file, new FileProblems("relay_recipients", file, new ArrayList<>()), entry -> {
            Optional<String> key = key(entry.key());
            key.filter(wanted::containsKey).ifPresent(text -> found.lines.putIfAbsent(text, entry.line()));
        });
        return found;
    }

    /** The line of this very address. */
    public Optional<Integer> of(ForwardPath path) {
        return path instanceof ForwardPath.To(var mailbox)
                ? Optional.ofNullable(lines.get(TableAddress.of(mailbox).text()))
                : Optional.empty();
    }

    /** The line {@code @domain} of its domain. */
    public Optional<Integer> ofDomain(ForwardPath path) {
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
