package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;

/**
 * A route's gate as the deliveries of one worker meet it, whichever worker keeps it. What this worker meets counts for it at
 * once, and for the others as soon as the keeper has heard of it. Safe from any thread; never blocks.
 */
public interface RouteGate {

    /** How many connections this worker may have now; none while the route takes no mail. */
    int places();

    /** Whether a 5xx ends a recipient: not when the route has just come back, nor when it takes no mail at all. */
    boolean believesRefusals();

    /** Whether what is refused now is refused for the route's own sake. */
    boolean isQuarantined();

    /** Whether this worker tries a throttled route now and then: each mail that goes out is a trial, to be told of by {@link GateEvent.Tried}. */
    boolean triesHere();

    /** Something happened in a delivery. */
    void tell(GateEvent event);

    /**
     * The content of {@code mail} was lost on its way.
     *
     * @return whether that is the route's fault, not the mail's
     */
    boolean contentLost(QueueId mail, Trouble trouble, int othersAlive);
}
