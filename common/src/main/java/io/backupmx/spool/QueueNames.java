package io.backupmx.spool;

import io.backupmx.route.Route;
import io.backupmx.smtp.MailProtocol;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The one place that knows how a {@link SpoolQueue} is called on the broker. A route's name keeps {@code [a-z0-9-]} and
 * escapes every other octet as {@code _hh}: the broker reads {@code ::} as address and queue, and {@code .} as a level.
 * The lane of fresh mail has the name that a route's only queue had before there were two. Names that would grow too long end in a hash, and then only the mail itself knows its route.
 */
public final class QueueNames {

    /** What every queue of ours begins with; the broker's address settings match it. */
    public static final String PREFIX = "spool.";

    /** What the names of the queues of routes to hosts have in them, {@code smtp:} and {@code lmtp:} ones, and no others of ours. */
    public static final String TO_HOSTS = "mtp_3a";

    private static final List<String> PREFIXES_TO_HOSTS = Arrays.stream(MailProtocol.values())
            .map(protocol -> PREFIX + protocol.transport() + "_")
            .toList();

    private static final String FAILED = PREFIX + "failed";
    private static final String DEAD_LETTER = PREFIX + "dead-letter";
    private static final String RETRY = PREFIX + "retry.";
    private static final String REPORTS = PREFIX + "report.";
    private static final String BACKLOG = PREFIX + "backlog.";
    private static final String BY_MX = PREFIX + new Route.ByMx();
    private static final String DISCARD = PREFIX + new Route.Discard();
    private static final String HOLD = PREFIX + encode(Route.Hold.PREFIX);
    private static final String HASH_MARK = "_z";
    private static final int MAX_ENCODED = 160;

    private QueueNames() {}

    public static String nameOf(SpoolQueue queue) {
        return switch (queue) {
            case SpoolQueue.ForRoute(Route route, Lane lane) -> prefixOf(lane) + encode(route.toString());
            case SpoolQueue.Retry retry -> RETRY + retry.delay().toSeconds();
            case SpoolQueue.Failed _ -> FAILED;
            case SpoolQueue.Reports reports -> REPORTS + reports.kind().name().toLowerCase(Locale.ROOT);
            case SpoolQueue.DeadLetter _ -> DEAD_LETTER;
        };
    }

    /** The queue called {@code name}; empty for a name that is not ours or whose route is only in its mail. */
    public static Optional<SpoolQueue> parse(String name) {
        if (name.equals(FAILED)) {
            return Optional.of(new SpoolQueue.Failed());
        }
        if (name.equals(DEAD_LETTER)) {
            return Optional.of(new SpoolQueue.DeadLetter());
        }
        if (name.startsWith(RETRY) && name.substring(RETRY.length()).matches("[1-9]\\d{0,8}")) {
            return Optional.of(
                    new SpoolQueue.Retry(Duration.ofSeconds(Long.parseLong(name.substring(RETRY.length())))));
        }
        if (name.startsWith(REPORTS)) {
            return Stream.of(ReportKind.values())
                    .<SpoolQueue>map(SpoolQueue.Reports::new)
                    .filter(queue -> nameOf(queue).equals(name))
                    .findFirst();
        }
        Lane lane = laneOf(name);
        return isRoute(name)
                ? decode(name.substring(prefixOf(lane).length()))
                        .flatMap(Route::parse)
                        .map(route -> new SpoolQueue.ForRoute(route, lane))
                : Optional.empty();
    }

    private static String prefixOf(Lane lane) {
        return switch (lane) {
            case FRESH -> PREFIX;
            case BACKLOG -> BACKLOG;
        };
    }

    /** Which lane of its route the route's queue {@code name} is. */
    public static Lane laneOf(String name) {
        return name.startsWith(BACKLOG) ? Lane.BACKLOG : Lane.FRESH;
    }

    /** Whether {@code name} is a route's queue, be the route readable from it or not. */
    public static boolean isRoute(String name) {
        if (name.startsWith(BACKLOG)) {
            String fresh = PREFIX + name.substring(BACKLOG.length());
            return isOfFreshMail(fresh) && !fresh.startsWith(HOLD);
        }
        return isOfFreshMail(name);
    }

    private static boolean isOfFreshMail(String name) {
        return PREFIXES_TO_HOSTS.stream().anyMatch(name::startsWith)
                || name.equals(BY_MX)
                || name.equals(DISCARD)
                || name.startsWith(HOLD);
    }

    private static String encode(String route) {
        StringBuilder name = new StringBuilder(route.length() + 32);
        for (byte octet : route.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-') {
                name.append(c);
            } else {
                name.append('_').append(HexFormat.of().toHexDigits(octet));
            }
        }
        if (name.length() <= MAX_ENCODED) {
            return name.toString();
        }
        // Cut at an escape's beginning, never within it.
        int cut =
                name.lastIndexOf("_", MAX_ENCODED) + 3 > MAX_ENCODED ? name.lastIndexOf("_", MAX_ENCODED) : MAX_ENCODED;
        return name.substring(0, cut) + HASH_MARK + hash(route);
    }

    private static Optional<String> decode(String encoded) {
        if (encoded.contains(HASH_MARK)) {
            return Optional.empty();
        }
        byte[] octets = new byte[encoded.length()];
        int length = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '_') {
                if (i + 2 >= encoded.length()
                        || !HexFormat.isHexDigit(encoded.charAt(i + 1))
                        || !HexFormat.isHexDigit(encoded.charAt(i + 2))) {
                    return Optional.empty();
                }
                octets[length++] = (byte) HexFormat.fromHexDigits(encoded, i + 1, i + 3);
                i += 2;
            } else {
                octets[length++] = (byte) c;
            }
        }
        return Optional.of(new String(octets, 0, length, StandardCharsets.UTF_8));
    }

    private static String hash(String route) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(route.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
