package io.backupmx.worker.cli;

import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus.State;
import io.backupmx.worker.admin.QueuedMail;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** Why a mail waits and until when, in one line for an operator. */
final class WaitReason {

    private static final String ITS_TURN = "waiting for its turn";

    private final LocalTimes times;

    WaitReason(LocalTimes times) {
        this.times = times;
    }

    /** @param reason what a recipient of {@code mail} has in its {@code delay_reason} */
    Optional<String> of(QueuedMail mail, Optional<String> reason) {
        Optional<String> when = when(mail);
        return when.flatMap(text -> reason.map(why -> text + ": " + why))
                .or(() -> reason)
                .or(() -> when);
    }

    private Optional<String> when(QueuedMail mail) {
        Optional<State> state = mail.routeState().flatMap(WaitReason::state);
        return switch (mail.queueName()) {
            case QueuedMail.ACTIVE -> at(mail.activeSince()).map(since -> "being delivered since " + since);
            case QueuedMail.HOLD -> Optional.empty();
            default ->
                state.map(s -> onRoute(s, mail)).or(() -> at(mail.dueTime()).map(due -> "retry at " + due));
        };
    }

    private String onRoute(State state, QueuedMail mail) {
        String stands =
                state + at(mail.routeSince()).map(since -> " since " + since).orElse("");
        String next = at(mail.routeNext())
                .flatMap(time -> RouteTable.nextStep(state, time))
                .map(step -> ", " + step)
                .orElse("");
        return switch (state) {
            case UP -> ITS_TURN;
            case RAMP -> ITS_TURN + ", route in " + stands;
            case THROTTLED, DOWN -> "route " + stands + next;
            case HELD ->
                (mail.route().startsWith(Route.Hold.PREFIX) ? "route HELD" : "route HELD by an operator")
                        + stands.substring(state.name().length());
            case QUARANTINE -> "route in " + stands;
            case GONE -> "route " + stands;
        };
    }

    private Optional<String> at(Optional<Long> seconds) {
        return seconds.map(Instant::ofEpochSecond).map(times::brief);
    }

    /** One of a newer instance is no reason to fail. */
    private static Optional<State> state(String name) {
        return Arrays.stream(State.values())
                .filter(state -> state.name().equals(name))
                .findFirst();
    }
}
