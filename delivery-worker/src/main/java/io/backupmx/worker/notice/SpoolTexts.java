package io.backupmx.worker.notice;

import io.backupmx.config.Durations;
import io.backupmx.route.Route;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.retention.RoomLosses;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What notices about the spool as a whole say. */
final class SpoolTexts {

    /** Routes in a digest; more are counted. */
    static final int MAX_ROUTES = 50;

    private static final String ROOM = """

            They were the oldest, and failed mail took more room than it may
            (failed.max_share_percent). Nobody got them, and their senders were not
            told. The log has each of them:
              grep by=retention LOG

            To make room before more goes:
              backupmx mailq            ! marks failed mail
              backupmx show ID
              backupmx release ID       to try it again
              backupmx delete ID --yes  to be rid of it
            """;
    private static final String WHAT_TO_TYPE = """

            To look and to act:
              backupmx mailq            ! marks failed mail
              backupmx show ID
              backupmx release ID       to try it again, or --all
              backupmx delete ID --yes  to be rid of it, or --all-failed
            """;

    private final String ourName;
    private final Wording wording;

    SpoolTexts(String ourName, Wording wording) {
        this.ourName = ourName;
        this.wording = wording;
    }

    Notice test(Instant now) {
        return new Notice(
                NoticeKind.TEST,
                "Backup MX " + ourName + ": a test",
                "Notices of Backup MX " + ourName + " reach you.\nNothing needs doing.\n",
                ourName + "test@" + now);
    }

    Notice noRoom(RoomLosses.Lost lost, Instant now) {
        return new Notice(
                NoticeKind.NO_ROOM,
                "Backup MX " + ourName + ": failed mail deleted for want of room",
                Wording.mails(lost.mails()) + " that had failed (" + (lost.bytes() >> 20) + " MiB) had to go.\n" + ROOM,
                ourName + "room@" + now);
    }

    /**
     * @param slot when it was to go
     * @param retention of failed mail
     */
    Notice digest(
            Instant slot, List<RouteStatus> routes, List<QueueDepth> depths, FailedSample failed, Duration retention) {
        Map<Route, QueueDepth> waiting = onRoutes(depths);
        long onRetry = messages(depths, SpoolQueue.Retry.class);
        long failedMails = messages(depths, SpoolQueue.Failed.class) + messages(depths, SpoolQueue.DeadLetter.class);
        long all = waiting.values().stream().mapToLong(QueueDepth::messages).sum() + onRetry;
        StringBuilder text = new StringBuilder("Routes: " + counts(routes) + ".\n");
        text.append(Wording.mails(all)).append(" in all not delivered yet, ").append(onRetry);
        text.append(" of them deferred for their own sake.\n");
        routes(text, routes, waiting);
        text.append("\nFailed mail: ").append(failedMails);
        text.append(failedMails == 0 ? ".\n" : ", kept for " + Durations.format(retention) + ".\n");
        failed.describe(text);
        text.append(WHAT_TO_TYPE);
        return new Notice(
                NoticeKind.DIGEST,
                "Backup MX " + ourName + ": " + all + " waiting, " + failedMails + " failed, " + counts(routes),
                text.toString(),
                ourName + "digest@" + slot);
    }

    private static Map<Route, QueueDepth> onRoutes(List<QueueDepth> depths) {
        Map<Route, QueueDepth> waiting = QueueDepth.byRoute(depths);
        waiting.values().removeIf(depth -> depth.messages() == 0);
        return waiting;
    }

    private static long messages(List<QueueDepth> depths, Class<? extends SpoolQueue> kind) {
        return depths.stream()
                .filter(depth -> kind.isInstance(depth.queue()))
                .mapToLong(QueueDepth::messages)
                .sum();
    }

    private static String counts(List<RouteStatus> routes) {
        Map<RouteStatus.State, Integer> counts = new EnumMap<>(RouteStatus.State.class);
        routes.forEach(route -> counts.merge(route.state(), 1, Integer::sum));
        return counts.isEmpty()
                ? "none"
                : counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "));
    }

    private void routes(StringBuilder text, List<RouteStatus> routes, Map<Route, QueueDepth> waiting) {
        List<RouteStatus> told = routes.stream()
                .filter(route -> route.state() != RouteStatus.State.UP || waiting.containsKey(route.route()))
                .sorted(Comparator.comparing(RouteStatus::since))
                .toList();
        for (RouteStatus route : told.subList(0, Math.min(told.size(), MAX_ROUTES))) {
            text.append('\n').append(route.route()).append("\n  ").append(route.state());
            text.append(" since ").append(wording.time(route.since())).append("\n  ");
            text.append(Wording.waiting(Optional.ofNullable(waiting.get(route.route()))))
                    .append('\n');
        }
        if (told.size() > MAX_ROUTES) {
            text.append("\nand ").append(told.size() - MAX_ROUTES).append(" more, which backupmx route shows\n");
        }
    }
}
