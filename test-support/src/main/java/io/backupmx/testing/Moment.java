package io.backupmx.testing;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * What a {@link ScriptedPrimary} knows when it has to decide.
 *
 * @param connection which connection since the server was made, from 1
 * @param transaction which MAIL command since the server was made, from 1; 0 outside of transactions
 * @param line the command as it came, empty at {@link Phase#CONNECT}
 * @param address for MAIL and RCPT what stands between the angle brackets, else empty
 */
public record Moment(Phase phase, int connection, int transaction, String line, String address) {

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

    /**
     * The first {@code times} moments it is asked about, from now on. As the second part of an {@code and} it counts only
     * those for which the first part holds. A new one counts anew.
     */
    public static Predicate<Moment> first(int times) {
        AtomicInteger left = new AtomicInteger(times);
        return _ -> left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
}
