package io.backupmx.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * What a {@link ScriptedPrimary} knows when it has to decide.
 *
 * @param connection which connection since the server was made, from 1
 * @param transaction which MAIL command since the server was made, from 1; 0 outside of transactions
 * @param line the command as it came, empty at {@link Phase#CONNECT}
 * @param address for MAIL, RCPT, and DOT of LMTP what stands between the angle brackets, else empty
 * @param sender the reverse-path of the transaction, also at {@link Phase#MAIL}; empty outside of transactions
 * @param openConnections how many connections were open when this one had come, itself included
 */
public record Moment(
        Phase phase, int connection, int transaction, String line, String address, String sender, int openConnections) {

    /** The recipient (or reverse-path) is this address, in whatever case. */
    public static Predicate<Moment> address(String address) {
        return moment -> moment.address.equalsIgnoreCase(address);
    }

    /** The recipient (or reverse-path) is of this domain. */
    public static Predicate<Moment> domain(String domain) {
        String end = "@" + domain.toLowerCase(Locale.ROOT);
        return moment -> moment.address.toLowerCase(Locale.ROOT).endsWith(end);
    }

    public static Predicate<Moment> connection(int number) {
        return moment -> moment.connection == number;
    }

    public static Predicate<Moment> transaction(int number) {
        return moment -> moment.transaction == number;
    }

    /** The mail has this reverse-path, in whatever case; to be asked from MAIL to the final dot. */
    public static Predicate<Moment> sender(String sender) {
        return moment -> moment.sender.equalsIgnoreCase(sender);
    }

    /** The connection was one too many when it came: {@code count} others were open. */
    public static Predicate<Moment> beyond(int count) {
        return moment -> moment.openConnections > count;
    }

    /**
     * At {@link Phase#RCPT}: a pair of sender and recipient that was first seen less than {@code time} ago, as a greylist
     * has it. A new one has seen nobody.
     */
    public static Predicate<Moment> greylisted(Duration time) {
        Map<String, Instant> firstSeen = new ConcurrentHashMap<>();
        return moment -> {
            Instant now = Instant.now();
            Instant first = firstSeen.computeIfAbsent(moment.sender + " " + moment.address, _ -> now);
            return now.isBefore(first.plus(time));
        };
    }

    /**
     * The first {@code times} moments it is asked about, from now on. As the second part of an {@code and} it counts only
     * those for which the first part holds. A new one counts anew.
     */
    public static Predicate<Moment> first(int times) {
        AtomicInteger left = new AtomicInteger(times);
        return _ -> left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
}
