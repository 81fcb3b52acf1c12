package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A set of addresses in little memory: for each its local part's octets and about 14 more, whichever way the addresses are
 * spread over domains; a domain costs some 150 octets once. Immutable; a look-up makes no object but its key.
 *
 * <p>All entries stand behind each other in one array: the number of the domain (4 octets), the length of the local part
 * (1), the local part in UTF-8. A hash table with linear probing holds where each begins.
 */
final class AddressTable {

    static final AddressTable EMPTY = new Builder(0).build();

    /** Of a domain: its name, its entry, and what counts its addresses. */
    static final int DOMAIN_BYTES = 150;

    private static final int HEAD = 5;
    private static final int MAX_OCTETS = Integer.MAX_VALUE - 64; // of an array
    private static final int MAX_LOCAL_PART = 255; // twice what Mailbox takes, for folding to lower case may lengthen

    private final Map<Domain, Count> domains;
    private final byte[] entries;
    private final int[] slots;
    private final int size;

    /** A domain's number, and how many addresses it has. */
    private static final class Count {
        private final int number;
        private int addresses;

        private Count(int number) {
            this.number = number;
        }
    }

    private AddressTable(Map<Domain, Count> domains, byte[] entries, int[] slots, int size) {
        this.domains = domains;
        this.entries = entries;
        this.slots = slots;
        this.size = size;
    }

    boolean contains(TableAddress address) {
        Count count = domains.get(address.domain());
        if (count == null) {
            return false;
        }
        byte[] localPart = octets(address);
        int slot = slotOf(entries, slots, count.number, localPart);
        return slots[slot] != 0;
    }

    /** How many addresses there are. */
    int size() {
        return size;
    }

    /** How many there are of {@code domain}. */
    int size(Domain domain) {
        Count count = domains.get(domain);
        return count == null ? 0 : count.addresses;
    }

    /** Those that have addresses, in the order of their first one. */
    Set<Domain> domains() {
        return Collections.unmodifiableSet(domains.keySet());
    }

    /** Every address, in the order in which they came. */
    void forEach(Consumer<TableAddress> consumer) {
        Domain[] byNumber = domains.keySet().toArray(Domain[]::new);
        for (int at = 0; at < entries.length; at += HEAD + length(entries, at)) {
            String localPart = new String(entries, at + HEAD, length(entries, at), StandardCharsets.UTF_8);
            consumer.accept(new TableAddress(localPart, byNumber[number(entries, at)]));
        }
    }

    /** What they take of the heap. */
    long sizeBytes() {
        return entries.length + (long) Integer.BYTES * slots.length + (long) DOMAIN_BYTES * domains.size();
    }

    /** Collects addresses, each once. */
    static final class Builder {

        private static final int FIRST_SLOTS = 16;

        private final long maxBytes;
        private final Map<Domain, Count> domains = new LinkedHashMap<>();
        private byte[] entries = new byte[256];
        private int[] slots = new int[FIRST_SLOTS];
        private int end;
        private int size;
        private long besidesBytes;

        /** @param maxBytes of the heap; {@link #isFull} tells when more would be needed */
        Builder(long maxBytes) {
            this.maxBytes = Math.min(maxBytes, MAX_OCTETS);
        }

        /** @return whether it is new; what comes when it is full is not kept */
        boolean add(TableAddress address) {
            byte[] localPart = octets(address);
            Count count = domains.get(address.domain());
            if (count == null) {
                if (isFull()) {
                    return true;
                }
                count = new Count(domains.size());
                domains.put(address.domain(), count);
            }
            int slot = slotOf(entries, slots, count.number, localPart);
            if (slots[slot] != 0 || isFull() || localPart.length > MAX_LOCAL_PART) {
                return slots[slot] == 0;
            }
            append(count.number, localPart);
            slots[slot] = end - HEAD - localPart.length + 1; // 0 is an empty slot
            count.addresses++;
            size++;
            if (size > slots.length / 4 * 3) {
                grow();
            }
            return true;
        }

        /** Something else takes so much of the heap that is for the addresses. */
        void takeBesides(long bytes) {
            besidesBytes += bytes;
        }

        boolean isFull() {
            return end
                            + HEAD
                            + MAX_LOCAL_PART
                            + (long) Integer.BYTES * slots.length
                            + (long) DOMAIN_BYTES * domains.size()
                            + besidesBytes
                    > maxBytes;
        }

        AddressTable build() {
            return new AddressTable(domains, Arrays.copyOf(entries, end), slots, size);
        }

        private void append(int number, byte[] localPart) {
            if (entries.length - end < HEAD + localPart.length) {
                entries = Arrays.copyOf(entries, (int) Math.min(MAX_OCTETS, entries.length * 3L / 2 + MAX_LOCAL_PART));
            }
            entries[end] = (byte) (number >>> 24);
            entries[end + 1] = (byte) (number >>> 16);
            entries[end + 2] = (byte) (number >>> 8);
            entries[end + 3] = (byte) number;
            entries[end + 4] = (byte) localPart.length;
            System.arraycopy(localPart, 0, entries, end + HEAD, localPart.length);
            end += HEAD + localPart.length;
        }

        private void grow() {
            int[] larger = new int[slots.length * 2];
            for (int at = 0; at < end; at += HEAD + length(entries, at)) {
                int hash = hash(number(entries, at), entries, at + HEAD, length(entries, at));
                int slot = hash & (larger.length - 1);
                while (larger[slot] != 0) {
                    slot = (slot + 1) & (larger.length - 1);
                }
                larger[slot] = at + 1;
            }
            slots = larger;
        }
    }

    /** Where the address is, or the empty slot where it would be. */
    private static int slotOf(byte[] entries, int[] slots, int number, byte[] localPart) {
        int slot = hash(number, localPart, 0, localPart.length) & (slots.length - 1);
        while (slots[slot] != 0 && !isAt(entries, slots[slot] - 1, number, localPart)) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private static boolean isAt(byte[] entries, int at, int number, byte[] localPart) {
        return number(entries, at) == number
                && Arrays.equals(entries, at + HEAD, at + HEAD + length(entries, at), localPart, 0, localPart.length);
    }

    private static int number(byte[] entries, int at) {
        return (entries[at] & 0xff) << 24
                | (entries[at + 1] & 0xff) << 16
                | (entries[at + 2] & 0xff) << 8
                | (entries[at + 3] & 0xff);
    }

    private static int length(byte[] entries, int at) {
        return entries[at + 4] & 0xff;
    }

    /** FNV-1a, and the last steps of MurmurHash3, for neighbours in a list must not be neighbours in the table. */
    private static int hash(int number, byte[] octets, int start, int length) {
        int hash = 0x811c9dc5 ^ number * 0x9e3779b9;
        for (int i = start; i < start + length; i++) {
            hash = (hash ^ octets[i]) * 0x01000193;
        }
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    private static byte[] octets(TableAddress address) {
        return address.localPart().getBytes(StandardCharsets.UTF_8);
    }
}
