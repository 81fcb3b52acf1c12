package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The addresses that exist, from a file in the form of Postfix's {@code relay_recipient_maps}: {@code user@domain x} and
 * {@code @domain x}; the value means nothing. Looked up in that order.
 *
 * @param open the domains whose every address exists
 */
record Recipients(AddressTable listed, Set<Domain> open) {

    /** The old table and the new one are in memory together while the file is read anew. */
    private static final int PARTS_OF_HEAP = 4;

    static Recipients read(Path file, FileProblems lines) {
        return read(file, lines, Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP);
    }

    /** @param maxBytes of the heap that its addresses may take; more are a problem, for a process that dies of it is one */
    static Recipients read(Path file, FileProblems lines, long maxBytes) {
        AddressTable.Builder listed = new AddressTable.Builder(maxBytes);
        Set<Domain> open = new HashSet<>();
        PostfixTable.forEach(file, lines, entry -> {
            String key = entry.key();
            boolean wasFull = listed.isFull();
            boolean news = true;
            if (entry.value().isEmpty()) {
                lines.add(entry.line(), "'" + key + "' has no value: write '" + key + " x'");
            } else if (key.startsWith("@") && Domain.parse(key.substring(1)).isPresent()) {
                news = open.add(Domain.of(key.substring(1)));
            } else {
                Optional<TableAddress> address = TableAddress.parse(key);
                if (address.isEmpty()) {
                    lines.add(entry.line(), "'" + key + "' is not an address: write user@domain or @domain");
                }
                news = address.map(listed::add).orElse(true);
            }
            if (!news) {
                lines.warn(entry.line(), "'" + key + "' is there already");
            }
            if (listed.isFull() && !wasFull) {
                lines.add(
                        entry.line(),
                        "the addresses up to here take a quarter of the heap, and no more may:"
                                + " give it more memory (BACKUPMX_JAVA_OPTS=-Xmx...)");
            }
        });
        return new Recipients(listed.build(), Set.copyOf(open));
    }

    boolean contains(TableAddress address) {
        return listed.contains(address);
    }

    boolean isOpen(Domain domain) {
        return open.contains(domain);
    }
}
