package io.backupmx.standalone;

import io.backupmx.testing.ReceivedMail;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What primaries got of marked mail, life by life of the product: each mail at least once, and how often more. */
final class Receipts {

    private final Map<Load.Part, Integer> lastLife = new HashMap<>();
    private final Map<Integer, Map<String, Integer>> again = new TreeMap<>();
    private int duplicates;
    private int unended;

    /**
     * Takes what came to a domain's primary in one life.
     *
     * @throws AssertionError when one of them is not what was sent
     */
    void add(int life, String domain, List<ReceivedMail> attempts) {
        for (ReceivedMail mail : attempts) {
            if (mail.accepted()) {
                int mark = MarkedMail.markOf(mail.contentBelowTrace())
                        .orElseThrow(() -> new AssertionError("not what was sent: " + mail));
                received(life, new Load.Part(mark, domain));
            } else {
                unended++;
            }
        }
    }

    private void received(int life, Load.Part part) {
        Integer before = lastLife.put(part, life);
        if (before != null) {
            duplicates++;
            again.computeIfAbsent(before, _ -> new HashMap<>()).merge(part.domain(), 1, Integer::sum);
        }
    }

    Set<Load.Part> parts() {
        return lastLife.keySet();
    }

    int duplicates() {
        return duplicates;
    }

    /** Transactions whose content had begun and that ended without an answer to the final dot. */
    int unended() {
        return unended;
    }

    /** How many mails of a domain that were received in this life came again, then or later. */
    int receivedAgain(int life, String domain) {
        return again.getOrDefault(life, Map.of()).getOrDefault(domain, 0);
    }

    @Override
    public String toString() {
        return "%d received, %d of them again (by life: %s), %d cut"
                .formatted(lastLife.size(), duplicates, again, unended);
    }
}
