package io.backupmx.worker.notice;

import io.backupmx.route.Route;
import io.backupmx.spool.QueueDepth;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.notice.RouteJudge.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What notices about routes say: what goes on, whether anything is to be done, and what to type. */
final class RouteTexts {

    /** More than that are counted. */
    static final int MAX_SHOWN = 30;

    private static final String DOWN = """

            Nothing needs doing here. Mail waits on disk, nothing bounces, and
            all of it goes out within seconds of the primary's return.

            To look:
              backupmx route
              backupmx mailq | tail -1
            When it is back and you cannot wait:
              backupmx flush
            """;
    private static final String UP = """

            Nothing needs doing. What waited goes out now. To look:
              backupmx route
              backupmx mailq | tail -1
            """;
    private static final String QUARANTINE = """

            The primary came back and refuses mail that it should take. Nothing
            is sent to it, and nothing bounces, until you say so.

            1. Mend the primary. Often its user table is empty.
            2. Type, for each of these routes:
                 backupmx route release ROUTE
            3. What it refused before that was not believed and has not failed:
               it waits to be tried again, for an hour at most unless
               retry.delays says otherwise. To have it tried at once:
                 backupmx flush
            4. If it is right to refuse what waits, release the route twice, or
                 backupmx fail --route ROUTE
            """;
    private static final String GONE = """

            No domain goes that way any more, so nobody takes this mail; what
            has another way by now has left. It waits for you.

            1. Look whose it is:
                 backupmx mailq
            2. Put the domain back into backupmx.yaml (or its files), or give
               it a way there. Its mail goes by itself once that is taken.
            3. If it is nobody's any more, for each of these routes:
                 backupmx fail --route ROUTE
               tells its senders where they may be told, and
                 backupmx delete --route ROUTE
               is rid of it. Both say how much it is, and want --yes.
            """;
    private static final String EXPIRY = """

            More mail wanted to be given up for its age than ever does within an
            hour, so no more of it is. A clock may be wrong.

            1. Compare the clocks of all machines (date).
            2. If they are right, the outage is as long as mail is kept: raise
               retry.max_lifetime in backupmx.yaml and restart the workers.
            To look:
              backupmx route
              backupmx mailq | tail -1
            """;

    private final String ourName;
    private final Wording wording;

    RouteTexts(String ourName, Wording wording) {
        this.ourName = ourName;
        this.wording = wording;
    }

    /** @param waiting what waits on each route; empty when nobody could say */
    Notice of(NoticeKind kind, List<Due> due, Optional<Map<Route, QueueDepth>> waiting, Instant now) {
        String list = due.stream()
                .limit(MAX_SHOWN)
                .map(one -> describe(kind, one, waiting, now))
                .collect(Collectors.joining("\n"));
        return new Notice(
                kind,
                "Backup MX " + ourName + ": " + subject(kind, due),
                list + more(due.size()) + advice(kind, due),
                ourName
                        + kind
                        + due.stream()
                                .map(one -> one.status().route() + "@"
                                        + one.status().since().toEpochMilli())
                                .collect(Collectors.joining(" ")));
    }

    private static String subject(NoticeKind kind, List<Due> due) {
        String who = due.size() == 1 ? name(due.getFirst().status().route()) : due.size() + " routes";
        return switch (kind) {
            case ROUTE_DOWN -> who + " " + (due.size() == 1 ? "takes" : "take") + " no mail";
            case ROUTE_UP -> who + " UP again";
            case QUARANTINE -> who + " in QUARANTINE: act";
            case ROUTE_GONE -> "mail for " + who + " has no way: act";
            case EXPIRY_STOPPED -> "expiry stopped for " + who + ": is the clock right?";
            case NO_ROOM, DIGEST, TEST -> throw new IllegalArgumentException(kind + " is not about routes");
        };
    }

    /** Short, for a subject. */
    private static String name(Route route) {
        return route.nextHops().isEmpty()
                ? route.toString()
                : route.nextHops().getFirst().host();
    }

    private String describe(NoticeKind kind, Due due, Optional<Map<Route, QueueDepth>> waiting, Instant now) {
        RouteStatus status = due.status();
        StringBuilder text = new StringBuilder(status.route() + "\n  " + status.state());
        if (kind == NoticeKind.ROUTE_UP || kind == NoticeKind.EXPIRY_STOPPED) {
            text.append(" since ").append(wording.time(status.since()));
        } else {
            text.append(", in trouble since ")
                    .append(wording.time(due.since()))
                    .append(" (")
                    .append(Wording.time(Duration.between(due.since(), now)))
                    .append(')');
        }
        text.append('\n');
        if (!status.reason().isEmpty()) {
            text.append("  ").append(Wording.foreign(status.reason())).append('\n');
        }
        text.append("  ")
                .append(waiting.map(depths -> Wording.waiting(Optional.ofNullable(depths.get(status.route()))))
                        .orElse("how much waits is not known just now"))
                .append('\n');
        return text.toString();
    }

    private static String more(int count) {
        return count > MAX_SHOWN ? "\nand " + (count - MAX_SHOWN) + " more, which backupmx route shows\n" : "";
    }

    private static String advice(NoticeKind kind, List<Due> due) {
        return switch (kind) {
            case ROUTE_DOWN -> DOWN;
            case ROUTE_UP -> UP;
            case QUARANTINE ->
                QUARANTINE.replace(
                        "ROUTE", Wording.quoted(due.getFirst().status().route()));
            case ROUTE_GONE ->
                GONE.replace("ROUTE", Wording.quoted(due.getFirst().status().route()));
            case EXPIRY_STOPPED -> EXPIRY;
            case NO_ROOM, DIGEST, TEST -> throw new IllegalArgumentException(kind + " is not about routes");
        };
    }
}
