package io.backupmx.cluster;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the keeper of one shard says of the gates it keeps: which routes are not up. All others of the shard are.
 *
 * @param shards how many there are
 * @param epoch the keeper's; of two that speak of one shard the later keeper counts
 * @param shut names of the routes that are not up; behind {@link #RAMP} once more of those that take mail all the same
 */
record GateNews(int shard, int shards, long epoch, Set<String> shut) {

    /** In the place of a route's name: all are meant. */
    static final String ALL = "*";

    /** Before the name of a route that is back and proves itself: it is not up, but mail does not have to wait. */
    private static final String RAMP = "RAMP ";

    private static final String VERSION = "1";
    private static final int MAX_SHARDS = 1024;
    private static final Pattern SPACE = Pattern.compile(" ");

    GateNews {
        shut = Set.copyOf(shut);
    }

    boolean isShut(String route) {
        return shut.contains(route) || shut.contains(ALL);
    }

    /** Whether it is said of this very route that it takes no mail. */
    boolean takesNothing(String route) {
        return shut.contains(route) && !shut.contains(ramping(route));
    }

    /** What says of a route that is not up that it takes mail. */
    static String ramping(String route) {
        return RAMP + route;
    }

    String key() {
        return "gates." + shard;
    }

    /** @param maxBytes what does not fit into that is said of all */
    byte[] toBytes(int maxBytes) {
        String head =
                String.join(" ", VERSION, Integer.toString(shard), Integer.toString(shards), Long.toString(epoch));
        byte[] whole = (head + "\n" + String.join("\n", shut)).getBytes(StandardCharsets.UTF_8);
        return whole.length <= maxBytes ? whole : (head + "\n" + ALL).getBytes(StandardCharsets.UTF_8);
    }

    /** Empty for what another version wrote. */
    static Optional<GateNews> parse(byte[] value) {
        List<String> lines = new String(value, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String[] head = SPACE.split(lines.getFirst(), -1);
        if (head.length != 4 || !head[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            int shard = Integer.parseInt(head[1]);
            int shards = Integer.parseInt(head[2]);
            long epoch = Long.parseLong(head[3]);
            return shard < 0 || shard >= shards || shards > MAX_SHARDS
                    ? Optional.empty()
                    : Optional.of(new GateNews(shard, shards, epoch, new HashSet<>(lines.subList(1, lines.size()))));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
