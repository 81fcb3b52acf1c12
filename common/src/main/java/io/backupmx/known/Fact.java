package io.backupmx.known;

import java.util.Optional;

/**
 * What is known of one address.
 *
 * @param exists whether it did
 * @param seconds when that was found out, since the epoch
 */
record Fact(boolean exists, long seconds) {

    /** In the form of {@link FactBucket}; empty when it is none. */
    static Optional<Fact> parse(String text) {
        int tab = text.indexOf('\t');
        String sign = text.substring(tab + 1);
        if (tab < 1 || !(sign.equals("+") || sign.equals("-"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Fact(sign.equals("+"), Long.parseLong(text, 0, tab, 10)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Later knowledge counts, and of the same second that which refuses nobody. */
    static Fact newer(Fact one, Fact other) {
        if (one.seconds != other.seconds) {
            return one.seconds > other.seconds ? one : other;
        }
        return one.exists ? one : other;
    }

    @Override
    public String toString() {
        return seconds + "\t" + (exists ? "+" : "-");
    }
}
