package io.backupmx.known;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The facts about some addresses, as they are kept and as they travel: a line for each, {@code address TAB seconds TAB + or -},
 * sorted. Lines in another form are passed over. Merging is commutative, associative and idempotent, so that all who merge
 * what they hear of each other come to the same. Immutable.
 */
final class FactBucket {

    static final FactBucket EMPTY = new FactBucket("\n");

    private static final String EXISTS = "\t+\n";

    /** A line end before the first line, too: every address stands between one and a tab. */
    private final String text;

    private FactBucket(String text) {
        this.text = text;
    }

    static FactBucket of(byte[] octets) {
        return of(factsIn(new String(octets, StandardCharsets.UTF_8)));
    }

    private static FactBucket of(Map<String, Fact> facts) {
        StringBuilder text = new StringBuilder("\n");
        facts.forEach((address, fact) ->
                text.append(address).append('\t').append(fact).append('\n'));
        return new FactBucket(text.toString());
    }

    byte[] octets() {
        return text.substring(1).getBytes(StandardCharsets.UTF_8);
    }

    int length() {
        return text.length();
    }

    /** How many addresses exist; only looks for the ends of their lines, for it is asked of all buckets at each scrape. */
    int existing() {
        int count = 0;
        for (int at = text.indexOf(EXISTS); at >= 0; at = text.indexOf(EXISTS, at + 1)) {
            count++;
        }
        return count;
    }

    Optional<Fact> find(String address) {
        String key = "\n" + address + "\t";
        int at = text.indexOf(key);
        return at < 0
                ? Optional.empty()
                : Fact.parse(text.substring(at + key.length(), text.indexOf('\n', at + key.length())));
    }

    FactBucket with(String address, Fact fact) {
        Map<String, Fact> facts = factsIn(text);
        facts.merge(address, fact, Fact::newer);
        return of(facts);
    }

    FactBucket merge(FactBucket other) {
        if (text.equals(other.text)) {
            return this;
        }
        Map<String, Fact> facts = factsIn(text);
        factsIn(other.text).forEach((address, fact) -> facts.merge(address, fact, Fact::newer));
        return of(facts);
    }

    /** Without what was found to be gone before {@code seconds}: nobody is left who believes otherwise. */
    FactBucket withoutGoneBefore(long seconds) {
        Map<String, Fact> facts = factsIn(text);
        return facts.values().removeIf(fact -> !fact.exists() && fact.seconds() < seconds) ? of(facts) : this;
    }

    Map<String, Fact> facts() {
        return factsIn(text);
    }

    private static Map<String, Fact> factsIn(String text) {
        Map<String, Fact> facts = new TreeMap<>();
        text.lines().forEach(line -> {
            int tab = line.indexOf('\t');
            if (tab > 0) {
                Fact.parse(line.substring(tab + 1))
                        .ifPresent(fact -> facts.merge(line.substring(0, tab), fact, Fact::newer));
            }
        });
        return facts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FactBucket bucket && text.equals(bucket.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text.strip();
    }
}
