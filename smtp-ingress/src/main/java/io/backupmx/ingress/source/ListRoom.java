package io.backupmx.ingress.source;

import io.backupmx.route.RecipientList;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory that all lists which are fetched may take together: as much as one alone, for a domain may name any number of
 * them. Its lock is held by whoever reads a list, which takes memory that is not counted yet.
 */
final class ListRoom {

    private final long maxBytes;
    private final Map<String, Long> taken = new HashMap<>();

    ListRoom(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** {@code list} takes the place of the one before of the source called {@code name}. */
    synchronized void take(String name, RecipientList list) throws ListProblem {
        long others = taken.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(name))
                .mapToLong(Map.Entry::getValue)
                .sum();
        if (others + list.sizeBytes() > maxBytes) {
            throw new ListProblem("with the other lists that are fetched it would take more than " + maxBytes
                    + " octets, a quarter of the heap: give it more memory (BACKUPMX_JAVA_OPTS=-Xmx...)");
        }
        taken.put(name, list.sizeBytes());
    }
}
