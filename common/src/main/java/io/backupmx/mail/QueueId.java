package io.backupmx.mail;

import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One accepted mail's name, from {@code queued as} to the primary's reply: 16 characters, sorting by arrival. Unique
 * across ingress processes without asking anybody: 45 bits of milliseconds and 35 random ones.
 */
public record QueueId(String value) implements Comparable<QueueId> {

    /** Crockford's base 32: ascending, one case, no letters that look like digits. */
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static final int TIME_CHARS = 9;
    private static final int RANDOM_CHARS = 7;

    public QueueId {
        if (!isQueueId(value)) {
            throw new IllegalArgumentException("'" + value + "' is not a queue id");
        }
    }

    public static QueueId next(Instant now, RandomGenerator random) {
        char[] chars = new char[TIME_CHARS + RANDOM_CHARS];
        long time = now.toEpochMilli();
        for (int i = TIME_CHARS - 1; i >= 0; i--) {
            chars[i] = ALPHABET.charAt((int) (time & 31));
            time >>>= 5;
        }
        long bits = random.nextLong();
        for (int i = TIME_CHARS; i < chars.length; i++) {
            chars[i] = ALPHABET.charAt((int) (bits & 31));
            bits >>>= 5;
        }
        return new QueueId(new String(chars));
    }

    public static Optional<QueueId> parse(String text) {
        return isQueueId(text) ? Optional.of(new QueueId(text)) : Optional.empty();
    }

    @Override
    public int compareTo(QueueId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static boolean isQueueId(String text) {
        if (text.length() != TIME_CHARS + RANDOM_CHARS) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (ALPHABET.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
