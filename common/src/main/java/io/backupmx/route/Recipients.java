package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The addresses that exist, from a file, or the files of a directory, in the form of Postfix's {@code relay_recipient_maps}: {@code user@domain x} and
 * {@code @domain x}; the value means nothing. Looked up in that order.
 *
 * @param open the domains whose every address exists
 */
record Recipients(AddressTable listed, Set<Domain> open) {

    /** The old table and the new one are in memory together while the file is read anew. */
    private static final int PARTS_OF_HEAP = 4;

    enum Form {
        /** A value has to follow, and whatever stands before an {@code @} is a local part. */
        POSTFIX,
        /** Of whoever made it: no value has to follow; a line of CSV or HTML that ends in an address is none. */
        LIST
    }

    /** RFC 5322 §3.2.3: an address that has them writes them within quotes. */
    private static final String SPECIALS = "()<>[]:;@,";

    static Recipients read(Path file, FileProblems lines) {
        return read(file, lines, Form.POSTFIX);
    }

    static Recipients read(Path file, FileProblems lines, Form form) {
        return read(file, lines, form, maxBytes());
    }

    /** @param maxBytes of the heap that its addresses may take; more are a problem, for a process that dies of it is one */
    static Recipients read(Path file, FileProblems lines, Form form, long maxBytes) {
        AddressTable.Builder listed = new AddressTable.Builder(maxBytes);
        Set<Domain> open = new HashSet<>();
        for (Path part : TableFiles.in(file, lines)) {
            read(part, part.equals(file) ? lines : lines.in(part), form, listed, open);
        }
        return new Recipients(listed.build(), Set.copyOf(open));
    }

    private static void read(Path file, FileProblems lines, Form form, AddressTable.Builder listed, Set<Domain> open) {
        PostfixTable.forEach(file, lines, entry -> {
            String key = entry.key();
            boolean wasFull = listed.isFull();
            boolean news = true;
            if (form == Form.POSTFIX && entry.value().isEmpty()) {
                lines.add(entry.line(), "'" + key + "' has no value: write '" + key + " x'");
            } else if (key.startsWith("@") && Domain.parse(key.substring(1)).isPresent()) {
                Domain domain = Domain.of(key.substring(1));
                news = wasFull || open.add(domain);
                listed.takeBesides(news && !wasFull ? AddressTable.DOMAIN_BYTES : 0);
            } else {
                Optional<TableAddress> address =
                        TableAddress.parse(key).filter(_ -> form == Form.POSTFIX || !hasBareSpecials(key));
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
    }

    /** What the addresses of one list may take of the heap. */
    static long maxBytes() {
        return Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP;
    }

    /** What they take of the heap. */
    long sizeBytes() {
        return listed.sizeBytes() + (long) AddressTable.DOMAIN_BYTES * open.size();
    }

    boolean contains(TableAddress address) {
        return listed.contains(address);
    }

    boolean isOpen(Domain domain) {
        return open.contains(domain);
    }

    private static boolean hasBareSpecials(String key) {
        return !key.startsWith("\"") && key.chars().limit(key.lastIndexOf('@')).anyMatch(c -> SPECIALS.indexOf(c) >= 0);
    }
}
