package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The addresses that exist, from a file in the form of Postfix's {@code relay_recipient_maps}: {@code user@domain x} and
 * {@code @domain x}; the value means nothing. Looked up in that order.
 *
 * @param listed domain → its local parts in lower case
 * @param open the domains whose every address exists
 */
record Recipients(Map<Domain, Set<String>> listed, Set<Domain> open) {

    static Recipients read(Path file, List<String> problems) {
        FileProblems lines = new FileProblems("relay_recipients", file, problems);
        Map<Domain, Set<String>> listed = new HashMap<>();
        Set<Domain> open = new HashSet<>();
        PostfixTable.forEach(file, lines, entry -> {
            String key = entry.key();
            if (entry.value().isEmpty()) {
                lines.add(entry.line(), "'" + key + "' has no value: write '" + key + " x'");
            } else if (key.startsWith("@") && Domain.parse(key.substring(1)).isPresent()) {
                open.add(Domain.of(key.substring(1)));
            } else {
                TableAddress.parse(key)
                        .ifPresentOrElse(
                                address -> listed.computeIfAbsent(address.domain(), _ -> new HashSet<>())
                                        .add(address.localPart()),
                                () -> lines.add(
                                        entry.line(), "'" + key + "' is not an address: write user@domain or @domain"));
            }
        });
        listed.replaceAll((_, localParts) -> Set.copyOf(localParts)); // half the memory of a HashSet
        return new Recipients(Map.copyOf(listed), Set.copyOf(open));
    }

    boolean contains(TableAddress address) {
        return listed.getOrDefault(address.domain(), Set.of()).contains(address.localPart());
    }

    boolean isOpen(Domain domain) {
        return open.contains(domain);
    }
}
