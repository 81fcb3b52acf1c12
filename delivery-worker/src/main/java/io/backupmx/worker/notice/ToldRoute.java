package io.backupmx.worker.notice;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What those who run this have been told of a route.
 *
 * @param down whether they were told that it takes no mail, and not yet that it does again
 * @param quarantine since when it stood in the quarantine that they were told of, in ms since the epoch; 0 if they were not
 * @param sent when the last notice of each kind went, by {@link NoticeKind#label}, in ms since the epoch
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ToldRoute(boolean down, long quarantine, Map<String, Long> sent) {

    static final ToldRoute NOTHING = new ToldRoute(false, 0, Map.of());

    /** Between two notices of one kind about one route. */
    static final Duration APART = Duration.ofHours(1);

    /** The same where nothing changes but by those who were told. */
    static final Duration REMINDER = Duration.ofDays(1);

    ToldRoute {
        sent = Map.copyOf(sent);
    }

    /** Whether they wait to hear that it is up again. */
    @JsonIgnore
    boolean isOpen() {
        return down || quarantine != 0;
    }

    /** Whether one of this kind may go now. */
    boolean mayHear(NoticeKind kind, Instant now) {
        Long last = sent.get(kind.label());
        return last == null || isLongAgo(kind.label(), last, now);
    }

    private static boolean isLongAgo(String kind, long last, Instant now) {
        Duration apart = kind.equals(NoticeKind.ROUTE_GONE.label()) ? REMINDER : APART;
        return Duration.between(Instant.ofEpochMilli(last), now).abs().compareTo(apart) >= 0;
    }

    /** Whether there is nothing in it that matters any more. */
    boolean isOver(Instant now) {
        return !isOpen() && sent.entrySet().stream().allMatch(last -> isLongAgo(last.getKey(), last.getValue(), now));
    }

    /** They were told this now. */
    ToldRoute after(NoticeKind kind, Instant stateSince, Instant now) {
        Map<String, Long> times = new HashMap<>(sent);
        times.put(kind.label(), now.toEpochMilli());
        return switch (kind) {
            case ROUTE_DOWN -> new ToldRoute(true, quarantine, times);
            case QUARANTINE -> new ToldRoute(down, stateSince.toEpochMilli(), times);
            case ROUTE_UP -> new ToldRoute(false, 0, times);
            case ROUTE_GONE, EXPIRY_STOPPED, NO_ROOM, DIGEST, TEST -> new ToldRoute(down, quarantine, times);
        };
    }
}
