package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;
import java.time.Instant;
import java.util.Optional;

/** Where a route stands. A state holds exactly what is true in it, so leaving a state forgets it all at once. */
public sealed interface GateState {

    /** When the route came to stand so. */
    Instant since();

    /**
     * Mail goes out; no trouble is known.
     *
     * @param allowance how many connections at once the next hop lets us have
     * @param contentLost the mail whose content was lost on the way, if nothing has been delivered since
     */
    record Up(Instant since, Allowance allowance, Optional<QueueId> contentLost) implements GateState {}

    /** No mail is taken; the route is probed until it answers well. */
    record Down(Instant since, Trouble trouble) implements GateState {}
}
