package io.backupmx.worker.notice;

import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which routes somebody has to be told of: one that has taken no mail for long, counted from when it left {@code UP}, so that
 * one that comes back for a moment now and then is told of as well; one in quarantine; one that is in no configuration any more
 * and keeps its mail; and one that is up again after that. For one thread.
 */
final class RouteJudge {

    /** By then mail whose domain has another way has gone there. */
    static final Duration GONE_AFTER = Duration.ofMinutes(3);

    private final Duration downAfter;
    private final Map<Route, Instant> troubledSince = new HashMap<>();

    RouteJudge(Duration downAfter) {
        this.downAfter = downAfter;
    }

    /**
     * A route somebody has to be told of.
     *
     * @param since when its trouble began
     */
    record Due(NoticeKind kind, RouteStatus status, Instant since) {}

    /**
     * @param kept the routes that this worker keeps, all of them
     * @param told what has been told of each
     */
    List<Due> due(List<RouteStatus> kept, Function<Route, ToldRoute> told, Instant now) {
        List<Due> due = new ArrayList<>();
        Set<Route> troubled = new HashSet<>();
        for (RouteStatus status : kept) {
            Route route = status.route();
            switch (status.state()) {
                case UP -> {} // its trouble, if there was any, is over
                case RAMP, THROTTLED, DOWN, QUARANTINE -> {
                    troubled.add(route);
                    var _ = troubledSince.putIfAbsent(route, status.since());
                }
                case HELD -> {} // by an operator, who knows
                case GONE -> {} // which has no ups and downs
            }
            Instant since = troubledSince.getOrDefault(route, status.since());
            kind(status, since, told.apply(route), now)
                    .filter(kind -> told.apply(route).mayHear(kind, now))
                    .ifPresent(kind -> due.add(new Due(kind, status, since)));
        }
        troubledSince.keySet().retainAll(troubled);
        return due;
    }

    private Optional<NoticeKind> kind(RouteStatus status, Instant since, ToldRoute told, Instant now) {
        return switch (status.state()) {
            case UP -> told.isOpen() ? Optional.of(NoticeKind.ROUTE_UP) : Optional.empty();
            case DOWN, THROTTLED -> {
                boolean isLong = isOver(downAfter, since, now);
                yield isLong && !told.down() ? Optional.of(NoticeKind.ROUTE_DOWN) : Optional.empty();
            }
            case QUARANTINE ->
                told.quarantine() == status.since().toEpochMilli()
                        ? Optional.empty()
                        : Optional.of(NoticeKind.QUARANTINE);
            case GONE ->
                isOver(GONE_AFTER, status.since(), now) ? Optional.of(NoticeKind.ROUTE_GONE) : Optional.empty();
            case RAMP, HELD -> Optional.empty();
        };
    }

    private static boolean isOver(Duration time, Instant since, Instant now) {
        return Duration.between(since, now).compareTo(time) >= 0;
    }
}
